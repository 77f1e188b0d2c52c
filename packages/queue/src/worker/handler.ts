import type { Job } from '../job/job.ts';
import type { AnyJobs, JobTypes } from '../queue/job-types.ts';
import type { BatchHandler } from './batch.ts';

/** Handles every type. What it returns is the result; a rejection is a failed attempt. */
export type Handler<Jobs extends JobTypes = AnyJobs> = (
  job: { [T in keyof Jobs & string]: Job<Jobs[T]['in']> & { readonly type: T } }[keyof Jobs & string],
) => unknown | PromiseLike<unknown>;

/** One handler per type. */
export type HandlerMap<Jobs extends JobTypes = AnyJobs> = {
  readonly [T in keyof Jobs & string]?:
    | ((job: Job<Jobs[T]['in']>) => Jobs[T]['out'] | PromiseLike<Jobs[T]['out']>)
    | BatchHandler<Jobs[T]['in']>;
};
