import {
  amount,
  orDefault,
  type PolicyOptions,
  policyEnvironment,
  policyOptionNames,
  positiveInteger,
  ratio,
  refuseUnknown,
  shown,
} from '../options.ts';
import { complainOnce, hearOut } from '../run/hook.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { clamp, limitBounds } from './limit-bounds.ts';

/** A number, or one that depends on the present limit. */
export type LimitFn = number | ((limit: number) => number);

/** How a `vegasLimit` moves. Queue lengths are estimates, in calls. */
export interface VegasLimitOptions extends PolicyOptions {
  /** @defaultValue 20 */
  readonly initial?: number;
  /** @defaultValue 1_000 */
  readonly max?: number;
  /**
   * The share of a new estimate in the limit, above 0 and at most 1.
   * @defaultValue 1
   */
  readonly smoothing?: number;
  /**
   * Below this queue the limit grows.
   * @defaultValue 3 * log10(limit)
   */
  readonly alpha?: LimitFn;
  /**
   * Above this queue the limit shrinks; also by how much it grows while there is no queue to speak of.
   * @defaultValue 6 * log10(limit)
   */
  readonly beta?: LimitFn;
  /**
   * Up to this queue there is none to speak of.
   * @defaultValue log10(limit)
   */
  readonly threshold?: LimitFn;
  /**
   * The limit after it grew, or by how much it grows.
   * @defaultValue limit + log10(limit)
   */
  readonly increase?: LimitFn;
  /**
   * The limit after it shrank, or by how much it shrinks.
   * @defaultValue limit - log10(limit)
   */
  readonly decrease?: LimitFn;
  /**
   * The floor of the round-trip times is forgotten every `probeEvery * limit * (0.5 to 1)` samples.
   * @defaultValue 30
   */
  readonly probeEvery?: number;
}

/**
 * Estimates from the least and the present round-trip time how many calls queue at the other side, and keeps that queue
 * short (Brakmo and Peterson, TCP Vegas, 1995; Netflix concurrency-limits, `VegasLimit`). `log10(x)` stands for
 * `max(1, floor(log10(x)))`.
 *
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function vegasLimit(options: VegasLimitOptions = {}): ConcurrencyLimit {
  refuseUnknown(options, [
    'initial',
    'max',
    'smoothing',
    'alpha',
    'beta',
    'threshold',
    'increase',
    'decrease',
    'probeEvery',
    ...policyOptionNames,
  ]);
  const { logger, name, random } = policyEnvironment(options, 'vegas-limit');
  const complain = complainOnce(logger, name, 'a step', 'the limit stays');
  const { initial, max } = limitBounds(options, { initial: 20, min: 1, max: 1_000 });
  const smoothing = ratio('smoothing', orDefault(options.smoothing, 1));
  const alpha = limitFn(
    'alpha',
    orDefault(options.alpha, (limit) => 3 * log10(limit)),
    (step) => step,
  );
  const beta = limitFn(
    'beta',
    orDefault(options.beta, (limit) => 6 * log10(limit)),
    (step) => step,
  );
  const threshold = limitFn('threshold', orDefault(options.threshold, log10), (step) => step);
  const increase = limitFn(
    'increase',
    orDefault(options.increase, (limit) => limit + log10(limit)),
    (step, limit) => limit + step,
  );
  const decrease = limitFn(
    'decrease',
    orDefault(options.decrease, (limit) => limit - log10(limit)),
    (step, limit) => limit - step,
  );
  const probeEvery = positiveInteger('probeEvery', orDefault(options.probeEvery, 30));

  let limit = initial;
  let floorMs = Number.POSITIVE_INFINITY;
  let samples = 0;
  let jitter = 0.5 + random.next() / 2;

  function estimate(rttMs: number, inFlight: number, dropped: boolean): number {
    if (dropped) return decrease(limit);
    if (inFlight * 2 < limit) return limit;
    const queue = Math.ceil(limit * (1 - floorMs / rttMs));
    if (queue <= threshold(limit)) return limit + beta(limit);
    if (queue < alpha(limit)) return increase(limit);
    return queue > beta(limit) ? decrease(limit) : limit;
  }

  // The steps may be functions of the user: one that fails leaves the limit as it is.
  function estimated(rttMs: number, inFlight: number, dropped: boolean): number {
    try {
      const next: unknown = estimate(rttMs, inFlight, dropped);
      if (typeof next === 'number' && !Number.isNaN(next)) return next;
      complain(new RangeError(`a step must give a number, the limit came to ${shown(next)}`));
    } catch (error) {
      complain(error);
    }
    return limit;
  }

  return {
    get current() {
      return Math.floor(limit);
    },
    sample(rttMs, inFlight, dropped) {
      samples += 1;
      if (samples >= probeEvery * limit * jitter) {
        samples = 0;
        jitter = 0.5 + random.next() / 2;
        floorMs = Number.POSITIVE_INFINITY;
      }
      // A call that took no time at all measured nothing: as a floor it would make every other one a queue.
      if (!(rttMs > 0) && !dropped) return;
      if (rttMs > 0 && rttMs < floorMs) {
        floorMs = rttMs;
        return;
      }
      limit = (1 - smoothing) * limit + smoothing * clamp(estimated(rttMs, inFlight, dropped), 1, max);
    },
  };
}

function log10(limit: number): number {
  return Math.max(1, Math.floor(Math.log10(limit)));
}

function limitFn(
  option: string,
  value: LimitFn,
  step: (step: number, limit: number) => number,
): (limit: number) => number {
  if (typeof value === 'function') return (limit) => numberOf(value(limit));
  if (typeof value !== 'number') throw new TypeError(`${option} must be a number or a function, got ${shown(value)}`);
  const number = amount(option, value);
  return (limit) => step(number, limit);
}

// A promise is no number, and is heard out: unheard, its rejection would end the process.
function numberOf(step: unknown): number {
  if (typeof step === 'number') return step;
  hearOut(step, () => {});
  throw new TypeError(`a step must give a number, gave ${shown(step)}`);
}
