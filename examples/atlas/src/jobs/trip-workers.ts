import type { Queue } from '@xc/queue';
import { type Child, startChild } from '../processes/child.ts';
import { handleTrips, type Run } from './handle-trips.ts';
import type { TripJobs } from './job-types.ts';

export interface TripOrder {
  readonly redisUrl: string;
  readonly queue: string;
}

export type TripMessage = { readonly kind: 'ready' } | { readonly kind: 'runs'; readonly runs: readonly Run[] };

/** Who works on the trips: processes of their own, or this one where there is no Redis to share a queue by. */
export interface TripWorkers extends AsyncDisposable {
  /** Kills one as `kill -9` does; false where there is none to kill. */
  killOne(): Promise<boolean>;
}

/** Starts three processes that work on the queue in Redis. */
export async function startProcesses(
  order: TripOrder,
  onRuns: (runs: readonly Run[]) => void,
  signal: AbortSignal,
): Promise<TripWorkers> {
  const children: Child<TripMessage>[] = [1, 2, 3].map(() =>
    startChild<TripOrder, TripMessage>(new URL('./process.ts', import.meta.url), order, (message) => {
      if (message.kind === 'runs') onRuns(message.runs);
    }),
  );
  const end = async () => {
    await Promise.all(children.map((child) => child[Symbol.asyncDispose]()));
  };
  try {
    await Promise.all(children.map((child) => child.first((message) => message.kind === 'ready', signal)));
  } catch (error) {
    await end();
    throw error;
  }
  return {
    async killOne() {
      await children[0]?.kill();
      return true;
    },
    [Symbol.asyncDispose]: end,
  };
}

/** Works in this process: nothing can be killed here without killing everything. */
export function startHere(queue: Queue<TripJobs>, onRuns: (runs: readonly Run[]) => void): TripWorkers {
  const worker = queue.work(
    handleTrips((run) => onRuns([run])),
    { concurrency: 100 },
  );
  return {
    killOne: async () => false,
    async [Symbol.asyncDispose]() {
      await worker.stop();
    },
  };
}
