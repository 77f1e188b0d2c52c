import type { Job } from '../job/job.ts';

/** A handler of many jobs at once, as `batch` makes it. */
export interface BatchHandler<In = unknown> {
  readonly kind: 'batch';
  readonly handler: (jobs: readonly Job<In>[]) => unknown;
  readonly size: number;
  readonly lingerMs: number;
}
