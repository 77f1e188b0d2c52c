import { checkNumber, checkOptionNames, checkPositiveInteger } from './option-checks.ts';
import type { Random } from './random.ts';

/** How long to wait before trying again; pure, given a `Random`. */
export interface Backoff {
  /**
   * Milliseconds to wait after the failed try number `attempt`, 1 for the first. May have a fraction.
   *
   * @throws TypeError or RangeError when `attempt` is not a positive integer.
   */
  delayMs(attempt: number, random: Random): number;
}

/** Shape of an exponential back-off. */
export interface ExponentialBackoffOptions {
  /** The delay after the first failed try, before jitter. */
  readonly baseMs: number;
  /** No delay is longer than this. */
  readonly capMs: number;
  /**
   * By how much each delay exceeds the one before; at least 1.
   * @defaultValue 2
   */
  readonly factor?: number;
  /**
   * `'none'`: the exact delay. `'full'`: anything between 0 and the delay. `'equal'`: between half the delay and all of
   * it. Names and formulas: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
   * @defaultValue 'full'
   */
  readonly jitter?: 'none' | 'full' | 'equal';
}

/** Shape of a decorrelated back-off. */
export interface DecorrelatedBackoffOptions {
  /** The median of the delay after the first failed try, roughly. */
  readonly baseMs: number;
  /** No delay is longer than this. */
  readonly capMs: number;
}

/**
 * Waits the same time after every failed try.
 *
 * @throws TypeError or RangeError when `ms` is not a finite number of at least 0.
 */
export function constantBackoff(ms: number): Backoff {
  checkNumber('ms', ms, 0);
  return {
    delayMs(attempt) {
      checkPositiveInteger('attempt', attempt);
      return ms;
    },
  };
}

/**
 * Multiplies the delay by `factor` after every failed try, up to `capMs`. The default jitter spreads callers that failed
 * together over the whole delay.
 *
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function exponentialBackoff(options: ExponentialBackoffOptions): Backoff {
  checkOptionNames(options, ['baseMs', 'capMs', 'factor', 'jitter']);
  const { baseMs, capMs, factor = 2, jitter = 'full' } = options;
  checkNumber('baseMs', baseMs, 0);
  checkNumber('capMs', capMs, 0);
  checkNumber('factor', factor, 1);
  if (!Object.hasOwn(jitters, jitter)) throw new TypeError(`jitter must be none, full or equal, got ${String(jitter)}`);
  const spread = jitters[jitter];
  return {
    delayMs(attempt, random) {
      checkPositiveInteger('attempt', attempt);
      // 0 * Infinity is NaN: without a base there is nothing to grow.
      const delay = baseMs === 0 ? 0 : Math.min(capMs, baseMs * factor ** (attempt - 1));
      return spread(delay, random);
    },
  };
}

const jitters = {
  none: (delay: number) => delay,
  full: (delay: number, random: Random) => delay * random.next(),
  equal: (delay: number, random: Random) => (delay * (1 + random.next())) / 2,
};

/**
 * Spreads the tries of many callers evenly over time with no two waves alike, growing like an exponential back-off with
 * factor 2, up to `capMs`. The formula of Polly V2 (`DecorrelatedJitterBackoffV2`): with `t` the attempt and a fraction drawn
 * at random, a delay is the distance between two neighbours on the curve `2^t * tanh(sqrt(4t))`. Polly remembers the point
 * it drew last; this function remembers nothing and draws both, which gives each delay the same distribution.
 *
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function decorrelatedBackoff(options: DecorrelatedBackoffOptions): Backoff {
  checkOptionNames(options, ['baseMs', 'capMs']);
  const { baseMs, capMs } = options;
  checkNumber('baseMs', baseMs, 0);
  checkNumber('capMs', capMs, 0);
  return {
    delayMs(attempt, random) {
      checkPositiveInteger('attempt', attempt);
      const from = attempt === 1 ? 0 : decorrelated(attempt - 2 + random.next());
      const to = decorrelated(attempt - 1 + random.next());
      // Past 2^1023 the curve is Infinity, and so far out every delay is the cap; without a base there is nothing to grow.
      const delay = to === Infinity && baseMs > 0 ? capMs : ((to - from) / 1.4) * baseMs || 0;
      return Math.min(capMs, delay);
    },
  };
}

function decorrelated(t: number): number {
  return 2 ** t * Math.tanh(Math.sqrt(4 * t));
}
