import { duration, integer, oneOf, positiveInteger, refuseUnknown } from '../option-checks.ts';
import type { Keep } from './keep.ts';
import type { LimitOptions } from './limit-options.ts';
import type { PerKeyOptions, QueueOptions } from './queue-options.ts';
import type { Rate } from './rate.ts';

/** @throws TypeError or RangeError unless `max` starts per `perMs`. */
export function checkRate(what: string, rate: Rate): Rate {
  refuseUnknown(rate, ['max', 'perMs', 'burst'], what);
  positiveInteger(`${what}.max`, rate.max);
  duration(`${what}.perMs`, rate.perMs, 1);
  if (rate.burst !== undefined) positiveInteger(`${what}.burst`, rate.burst);
  return rate;
}

/** @throws TypeError or RangeError unless counts and ages. */
export function checkKeep(keep: NonNullable<QueueOptions['keep']>): NonNullable<QueueOptions['keep']> {
  refuseUnknown(keep, ['done', 'dead'], 'keep');
  if (keep.done !== undefined) checkKept('keep.done', keep.done);
  if (keep.dead !== undefined) checkKept('keep.dead', keep.dead);
  return keep;
}

function checkKept(what: string, kept: Keep): void {
  refuseUnknown(kept, ['count', 'maxAgeMs'], what);
  if (kept.count !== undefined) integer(`${what}.count`, kept.count, 0, Number.MAX_SAFE_INTEGER);
  if (kept.maxAgeMs !== undefined) duration(`${what}.maxAgeMs`, kept.maxAgeMs);
}

/** @throws TypeError or RangeError unless limits of a key. */
export function checkPerKey(perKey: PerKeyOptions): PerKeyOptions {
  refuseUnknown(perKey, ['concurrency', 'rate', 'onRetry'], 'perKey');
  if (perKey.concurrency !== undefined) positiveInteger('perKey.concurrency', perKey.concurrency);
  if (perKey.rate !== undefined) checkRate('perKey.rate', perKey.rate);
  if (perKey.onRetry !== undefined) oneOf('perKey.onRetry', perKey.onRetry, ['wait', 'pass']);
  return perKey;
}

/** What `limit` takes: limits, or `null` that lifts one. @throws TypeError or RangeError for anything else. */
export function checkLimits(change: LimitOptions): LimitOptions {
  refuseUnknown(change, ['concurrency', 'rate', 'perKey'], 'change');
  const { concurrency, rate, perKey } = change;
  if (concurrency !== undefined && concurrency !== null) positiveInteger('concurrency', concurrency);
  if (rate !== undefined && rate !== null) checkRate('rate', rate);
  if (perKey === undefined) return change;
  refuseUnknown(perKey, ['concurrency', 'rate'], 'perKey');
  if (perKey.concurrency !== undefined) positiveInteger('perKey.concurrency', perKey.concurrency);
  if (perKey.rate !== undefined && perKey.rate !== null) checkRate('perKey.rate', perKey.rate);
  return change;
}
