import { systemClock } from '@xc/core';
import { discard, type HandlerMap, type Job } from '@xc/queue';
import type { TripJobs } from './job-types.ts';

/** A handler ran: what the demo counts. */
export interface Run {
  readonly id: string;
  /** The city, for visits. */
  readonly city: string;
  /** Which visit of that city. */
  readonly visit: number;
  readonly fence: bigint;
  /** The lease before this one ended without a word: its worker died. */
  readonly redelivered: boolean;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The lane in which confirmations are sent again once their address was mended. */
export const MENDED = 'high';

/** How long a mail server takes. */
const WORK_MS = 2;

/** The handlers, which tell of every run before they do anything. */
export function handleTrips(onRun: (run: Run) => void): HandlerMap<TripJobs> {
  return {
    'trip.confirm': async (job) => {
      onRun({ ...runOf(job), city: '', visit: 0 });
      await systemClock.sleep(WORK_MS);
      if (job.data.wrong && job.lane !== MENDED) throw discard('there is no such address');
      if (job.data.busy && job.attempt < 3) throw new Error('the mail server is busy');
      return undefined;
    },
    'city.visit': async (job) => {
      onRun({ ...runOf(job), city: job.data.city, visit: job.data.visit });
      await systemClock.sleep(WORK_MS);
      return undefined;
    },
  };
}

function runOf({ id, fence, attempt, delivery }: Pick<Job, 'id' | 'fence' | 'attempt' | 'delivery'>) {
  return { id, fence, redelivered: delivery > attempt, at: systemClock.now() };
}
