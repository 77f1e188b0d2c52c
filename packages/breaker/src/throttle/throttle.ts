import type { Policy } from '@xc/core';
import type { Outcome, Verdict } from '../circuit/verdict.ts';
import {
  amount,
  callable,
  duration,
  orDefault,
  type PolicyOptions,
  policyEnvironment,
  policyOptionNames,
  positiveInteger,
  ratio,
  refuseUnknown,
} from '../options.ts';
import { standalone } from '../run/engine.ts';
import { complainOnce } from '../run/hook.ts';
import { RequestWindow } from './request-window.ts';
import { ThrottleFrame } from './throttle-frame.ts';
import { ThrottleState } from './throttle-state.ts';
import { ThrottledError } from './throttled-error.ts';

/** How soon and how much a throttle refuses. */
export interface ThrottleOptions extends PolicyOptions {
  /**
   * Requests up to `k` times the accepts go through: the smaller, the sooner calls are refused.
   * @defaultValue 2
   */
  readonly k?: number;
  /** @defaultValue 120_000 */
  readonly windowMs?: number;
  /** @defaultValue 40 */
  readonly buckets?: number;
  /**
   * The greatest share of calls that is refused, above 0 and at most 1.
   * @defaultValue 0.9
   */
  readonly maxRejection?: number;
  /**
   * Fewer requests in the window say nothing.
   * @defaultValue 20
   */
  readonly minimumCalls?: number;
  /**
   * When nothing was let through for so long, the next call is.
   * @defaultValue 1_000
   */
  readonly passEveryMs?: number;
  /** As for a breaker: a success is an accept, `ignore` takes the request back. */
  readonly classify?: (outcome: Outcome) => Verdict | undefined;
}

/** A policy that refuses a share of the calls while the other side accepts too few. */
export interface Throttle extends Policy {
  /** The share of calls that is refused now, from 0 to 1. */
  readonly rejection: number;
  /** Requests in the window, refused ones included. */
  readonly requests: number;
  /** Successes in the window. */
  readonly accepts: number;
}

/**
 * Refuses calls at random, the more the fewer of them succeed, so that a service that is overloaded is not asked in vain:
 * `p = (requests - k * accepts) / (requests + 1)`. Client-side throttling of Google's SRE book, chapter "Handling
 * Overload". Unlike a breaker it never refuses everything.
 *
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function throttle(options: ThrottleOptions = {}): Throttle {
  refuseUnknown(options, [
    'k',
    'windowMs',
    'buckets',
    'maxRejection',
    'minimumCalls',
    'passEveryMs',
    'classify',
    ...policyOptionNames,
  ]);
  const { clock, logger, meter, name, random } = policyEnvironment(options, 'throttle');
  const windowMs = duration('windowMs', orDefault(options.windowMs, 120_000));
  const buckets = positiveInteger('buckets', orDefault(options.buckets, 40));
  if (windowMs < buckets) throw new RangeError(`windowMs must be at least buckets, got ${windowMs} and ${buckets}`);
  const state = new ThrottleState({
    clock,
    random,
    window: new RequestWindow(windowMs, buckets, clock.monotonic()),
    k: amount('k', orDefault(options.k, 2), 'refused'),
    maxRejection: ratio('maxRejection', orDefault(options.maxRejection, 0.9)),
    minimumCalls: positiveInteger('minimumCalls', orDefault(options.minimumCalls, 20)),
    passEveryMs: duration('passEveryMs', orDefault(options.passEveryMs, 1_000)),
    classify: options.classify === undefined ? undefined : callable('classify', options.classify),
    complain: complainOnce(logger, name, 'classify', 'the default verdict holds'),
    throttled: meter
      .counter({ name: 'xc_breaker_throttled_total', help: 'Calls that a throttle refused.', labels: ['policy'] })
      .at(name),
    gauge: meter
      .gauge({ name: 'xc_breaker_throttle_rejection', help: 'The share of calls refused.', labels: ['policy'] })
      .at(name),
  });
  return {
    ...standalone(name, {
      kind: 'throttle',
      clock,
      before: (next) => ({
        interrupts: next.interrupts,
        enter(outer, scope, call) {
          const now = call.time(clock);
          const rejection = state.refuses(now);
          if (rejection === undefined) next.enter(new ThrottleFrame(outer, call, state, now), scope, call);
          else outer.rejected(new ThrottledError(name, rejection));
        },
      }),
    }),
    get rejection() {
      return state.rejection(clock.monotonic());
    },
    get requests() {
      return state.window(clock.monotonic()).requests;
    },
    get accepts() {
      return state.window(clock.monotonic()).accepts;
    },
  };
}
