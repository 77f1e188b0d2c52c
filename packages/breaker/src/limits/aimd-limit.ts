import {
  duration,
  orDefault,
  type PolicyOptions,
  policyEnvironment,
  policyOptionNames,
  ratio,
  refuseUnknown,
} from '../options.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { clamp, limitBounds } from './limit-bounds.ts';

/** How an `aimdLimit` moves. */
export interface AimdLimitOptions extends PolicyOptions {
  /** @defaultValue 20 */
  readonly initial?: number;
  /** @defaultValue 20, or less when `initial` or `max` is */
  readonly min?: number;
  /** @defaultValue 200 */
  readonly max?: number;
  /**
   * What is left of the limit after a call that was dropped or slow, above 0 and at most 1.
   * @defaultValue 0.9
   */
  readonly backoffRatio?: number;
  /**
   * A call that took longer is as bad as a dropped one.
   * @defaultValue 5_000
   */
  readonly timeoutMs?: number;
}

/**
 * Grows by one while it is used and shrinks by a share when a call is dropped: additive increase, multiplicative
 * decrease, as in TCP (Chiu and Jain, 1989; Netflix concurrency-limits, `AIMDLimit`).
 *
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function aimdLimit(options: AimdLimitOptions = {}): ConcurrencyLimit {
  refuseUnknown(options, ['initial', 'min', 'max', 'backoffRatio', 'timeoutMs', ...policyOptionNames]);
  policyEnvironment(options, 'aimd-limit');
  const { initial, min, max } = limitBounds(options, { initial: 20, min: 20, max: 200 });
  const backoffRatio = ratio('backoffRatio', orDefault(options.backoffRatio, 0.9));
  const timeoutMs = duration('timeoutMs', orDefault(options.timeoutMs, 5_000));
  let limit = initial;
  return {
    get current() {
      return limit;
    },
    sample(rttMs, inFlight, dropped) {
      if (dropped || rttMs > timeoutMs) limit = Math.trunc(limit * backoffRatio);
      else if (inFlight * 2 >= limit) limit += 1;
      limit = clamp(limit, min, max);
    },
  };
}
