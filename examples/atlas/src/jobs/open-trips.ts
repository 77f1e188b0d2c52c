import { createQueue, type Queue, type QueueEngine } from '@xc/queue';
import type { TripJobs } from './job-types.ts';

/** After so long a worker that says nothing has lost its jobs. */
export const LEASE_MS = 1_000;

/** The queue as every process of the act opens it. */
export function openTrips(name: string, engine?: QueueEngine): Queue<TripJobs> {
  return createQueue<TripJobs>(name, {
    ...(engine === undefined ? {} : { engine }),
    leaseMs: LEASE_MS,
    backoff: { delayMs: (attempt) => 50 * 2 ** attempt },
    keep: { done: { count: 100 } },
  });
}
