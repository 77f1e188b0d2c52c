import {
  amount,
  nonNegativeInteger,
  orDefault,
  type PolicyOptions,
  policyEnvironment,
  policyOptionNames,
  positiveInteger,
  ratio,
  refuseUnknown,
} from '../options.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { clamp, limitBounds } from './limit-bounds.ts';

/** How a `gradient2Limit` moves. */
export interface Gradient2LimitOptions extends PolicyOptions {
  /** @defaultValue 20 */
  readonly initial?: number;
  /** @defaultValue 20, or less when `initial` or `max` is */
  readonly min?: number;
  /** @defaultValue 200 */
  readonly max?: number;
  /**
   * The share of a new estimate in the limit, above 0 and at most 1.
   * @defaultValue 0.2
   */
  readonly smoothing?: number;
  /**
   * How many calls may queue at the other side; by so much the limit grows.
   * @defaultValue 4
   */
  readonly queueSize?: number;
  /**
   * By how much round trips may exceed their long average before the limit shrinks, at least 1.
   * @defaultValue 1.5
   */
  readonly tolerance?: number;
  /**
   * Samples in the long average.
   * @defaultValue 600
   */
  readonly longWindow?: number;
}

const warmup = 10;

/**
 * Compares each round-trip time with a long average of them and shrinks with the ratio, in small steps that ride out a
 * burst (Netflix concurrency-limits, `Gradient2Limit`).
 *
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function gradient2Limit(options: Gradient2LimitOptions = {}): ConcurrencyLimit {
  refuseUnknown(options, [
    'initial',
    'min',
    'max',
    'smoothing',
    'queueSize',
    'tolerance',
    'longWindow',
    ...policyOptionNames,
  ]);
  policyEnvironment(options, 'gradient2-limit');
  const { initial, min, max } = limitBounds(options, { initial: 20, min: 20, max: 200 });
  const smoothing = ratio('smoothing', orDefault(options.smoothing, 0.2));
  const queueSize = nonNegativeInteger('queueSize', orDefault(options.queueSize, 4));
  const tolerance = amount('tolerance', orDefault(options.tolerance, 1.5));
  if (tolerance < 1) throw new RangeError(`tolerance must be at least 1, got ${tolerance}`);
  const weight = 2 / (positiveInteger('longWindow', orDefault(options.longWindow, 600)) + 1);

  let limit = initial;
  let samples = 0;
  let longMs = 0;

  function average(rttMs: number): void {
    if (samples < warmup) {
      samples += 1;
      longMs += (rttMs - longMs) / samples;
    } else {
      longMs = longMs * (1 - weight) + rttMs * weight;
    }
  }

  return {
    get current() {
      return Math.floor(limit);
    },
    sample(rttMs, inFlight) {
      // A call that took no time at all measured nothing; one that took for ever would stay in the average for ever.
      if (!(rttMs > 0 && rttMs < Number.POSITIVE_INFINITY)) return;
      average(rttMs);
      // The average learns of a service that has become faster in time.
      if (longMs / rttMs > 2) longMs *= 0.95;
      if (inFlight < limit / 2) return;
      const gradient = clamp((tolerance * longMs) / rttMs, 0.5, 1);
      limit = clamp(limit * (1 - smoothing) + (limit * gradient + queueSize) * smoothing, min, max);
    },
  };
}
