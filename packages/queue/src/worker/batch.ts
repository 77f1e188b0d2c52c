import type { Job } from '../job/job.ts';
import { callable, duration, integer, refuseUnknown } from '../option-checks.ts';

/** A handler of many jobs at once, as `batch` makes it. */
export interface BatchHandler<In = unknown> {
  /** What tells it from a handler of one job. */
  readonly kind: 'batch';
  /** Called with the jobs of a batch. */
  readonly handler: (jobs: readonly Job<In>[]) => unknown;
  /** Jobs of one call at most. */
  readonly size: number;
  /** How long the first of a batch waits for others, in ms. */
  readonly lingerMs: number;
}

/** Options of {@link batch}. */
export interface BatchOptions {
  /** Jobs of one call, 1 to 1,000. @defaultValue 100 */
  readonly size?: number | undefined;
  /** How long the first of a batch waits for others. @defaultValue 20 */
  readonly lingerMs?: number | undefined;
}

/**
 * Makes a handler of many jobs of one type at once: up to `size`, or what came within `lingerMs` of the first. It returns
 * nothing (all done) or one `PromiseSettledResult` per job, in order; a rejection fails all.
 *
 * @throws TypeError or RangeError for an option that is wrong.
 */
export function batch<In>(
  handler: (jobs: readonly Job<In>[]) => unknown,
  options: BatchOptions = {},
): BatchHandler<In> {
  refuseUnknown(options, ['size', 'lingerMs']);
  const { size = 100, lingerMs = 20 } = options;
  return {
    kind: 'batch',
    handler: callable('handler', handler),
    size: integer('size', size, 1, 1_000),
    lingerMs: duration('lingerMs', lingerMs),
  };
}
