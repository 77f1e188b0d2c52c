import { duration, positiveInteger } from '../options.ts';

/** How far the statistics look back, and in how many slices. */
export interface RollingWindow {
  /** Milliseconds. */
  readonly rollingCountTimeout: number;
  readonly rollingCountBuckets: number;
}

/** @throws RangeError when a bucket would be shorter than a millisecond. */
export function rollingWindow(options: Partial<RollingWindow>): RollingWindow {
  const rollingCountTimeout = duration('rollingCountTimeout', options.rollingCountTimeout ?? 10_000);
  const rollingCountBuckets = positiveInteger('rollingCountBuckets', options.rollingCountBuckets ?? 10);
  if (rollingCountTimeout >= rollingCountBuckets) return { rollingCountTimeout, rollingCountBuckets };
  const buckets = `${rollingCountBuckets} buckets`;
  throw new RangeError(`rollingCountTimeout must be at least 1 for each of ${buckets}, got ${rollingCountTimeout}`);
}
