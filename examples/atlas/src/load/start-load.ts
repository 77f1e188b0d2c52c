import { type Child, startChild } from '../processes/child.ts';
import type { RunningService } from '../service/start-service.ts';
import type { Crowd } from './crowd.ts';
import type { Sample } from './sample.ts';
import type { Traffic } from './visits.ts';

export interface LoadOrder {
  readonly origins: readonly string[];
  readonly traffic: Traffic | Crowd;
  readonly seed: number;
  /** How many regular visitors the guide has. */
  readonly visitors: number;
  /** How long one of them waits before leaving. */
  readonly patienceMs: number;
}

export type LoadMessage =
  | { readonly kind: 'started'; readonly at: number }
  | { readonly kind: 'progress'; readonly samples: readonly (readonly Sample[])[] }
  | { readonly kind: 'done'; readonly samples: readonly (readonly Sample[])[] };

type OnProgress = (samples: readonly (readonly Sample[])[]) => void;

export interface RunningLoad extends AsyncDisposable {
  /** Epoch milliseconds at which the first visitor may come. */
  readonly startedAt: number;
  /** Resolves when the last visitor has gone: the samples of each service. */
  readonly done: Promise<readonly (readonly Sample[])[]>;
}

/** Sends visitors from a process of its own, so that measuring takes nothing from what is measured. */
export async function startLoad(
  order: LoadOrder,
  options: { signal: AbortSignal; services: readonly RunningService[]; onProgress: OnProgress },
): Promise<RunningLoad> {
  const { signal, services, onProgress } = options;
  const child: Child<LoadMessage> = startChild(new URL('./process.ts', import.meta.url), order, (message) => {
    if (message.kind === 'progress') onProgress(message.samples);
  });
  const end = child.first((message) => message.kind === 'done', signal).then(({ samples }) => samples);
  // A service that dies answers every visitor at once, with a refused connection: that is no measurement.
  const done = Promise.race([end, ...services.map(({ death }) => death)]);
  // Whoever disposes without waiting for the end has heard of the reason already.
  done.catch(() => {});
  try {
    const { at } = await child.first((message) => message.kind === 'started', signal);
    return { startedAt: at, done, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
}
