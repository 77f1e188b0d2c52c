import type { EventEmitter } from 'node:events';
import type { Clock, Logger } from '@xc/core';
import { callable, duration, policyEnvironment, refuseUnknown, shown } from '../options.ts';
import { rollingWindow } from './rolling-window.ts';
import type { Stats, Status } from './status.ts';

/** What `toJSON().state` gives, and `options.state` takes. */
export interface CircuitBreakerState {
  readonly name?: string;
  readonly enabled?: boolean;
  readonly closed?: boolean;
  readonly open?: boolean;
  readonly halfOpen?: boolean;
  readonly warmUp?: boolean;
  readonly shutdown?: boolean;
  /** Epoch milliseconds at which the breaker opened last. */
  readonly lastTimerAt?: number | undefined;
}

/** The options of opossum, and a clock. */
export interface CircuitBreakerOptions {
  /**
   * Milliseconds after which a call has failed; `false` for never.
   * @defaultValue 10_000
   */
  timeout?: number | false;
  /**
   * Milliseconds from opening to half-open.
   * @defaultValue 30_000
   */
  resetTimeout?: number;
  /**
   * Opens when more than this percentage of the finished calls failed.
   * @defaultValue 50
   */
  errorThresholdPercentage?: number;
  /**
   * Milliseconds that the statistics look back.
   * @defaultValue 10_000
   */
  rollingCountTimeout?: number;
  /** @defaultValue 10 */
  rollingCountBuckets?: number;
  /** @defaultValue true */
  rollingPercentilesEnabled?: boolean;
  /**
   * Calls that may run at the same time; a slot is held until the action settles.
   * @defaultValue unlimited
   */
  capacity?: number;
  /** Truthy for an error that is no failure of the dependency: it still rejects. */
  errorFilter?: (error: unknown, ...args: never[]) => unknown;
  /**
   * Never opens during the first `rollingCountTimeout`.
   * @defaultValue false
   */
  allowWarmUp?: boolean;
  /**
   * Finished calls below which it stays closed.
   * @defaultValue 0
   */
  volumeThreshold?: number;
  /** @defaultValue true */
  enabled?: boolean;
  /** What `toJSON().state` gave before a restart. */
  state?: CircuitBreakerState;
  /** Statistics to begin with: a `Status`, or what `toJSON().status` gave before a restart. */
  status?: Status | Partial<Stats>;
  /** @defaultValue the name of the action */
  name?: string;
  /** @defaultValue the name of the breaker */
  group?: string;
  /** Rotates the buckets with each of its `rotate` events, instead of time. */
  rotateBucketController?: EventEmitter;
  /**
   * Whether `status` may emit `snapshot`; there is a timer for it only while somebody listens.
   * @defaultValue true
   */
  enableSnapshots?: boolean;
  /** Aborts every call under way when you abort it. A timeout aborts the signal of its own call alone. */
  abortController?: AbortController;
  /**
   * Puts a new `abortController` in the place of an aborted one on half-open and on close.
   * @defaultValue false
   */
  autoRenewAbortController?: boolean;
  /** @defaultValue systemClock */
  clock?: Clock;
  /** Hears of listeners that throw. @defaultValue noopLogger */
  logger?: Logger;
  /** Not here: a TypeError says where. */
  cache?: false;
  /** Not here: a TypeError says where. */
  coalesce?: false;
}

/** `CircuitBreakerOptions` with the defaults that calls go by. Read at each call: they may be changed on a living breaker. */
export interface LiveOptions extends CircuitBreakerOptions {
  timeout: number | false;
  resetTimeout: number;
  errorThresholdPercentage: number;
  rollingCountTimeout: number;
  rollingCountBuckets: number;
  rollingPercentilesEnabled: boolean;
  capacity: number;
  errorFilter: (error: unknown, ...args: never[]) => unknown;
  volumeThreshold: number;
  enableSnapshots: boolean;
}

const known = [
  'timeout',
  'resetTimeout',
  'errorThresholdPercentage',
  'rollingCountTimeout',
  'rollingCountBuckets',
  'rollingPercentilesEnabled',
  'capacity',
  'errorFilter',
  'allowWarmUp',
  'volumeThreshold',
  'enabled',
  'state',
  'status',
  'name',
  'group',
  'rotateBucketController',
  'enableSnapshots',
  'abortController',
  'autoRenewAbortController',
  'clock',
  'logger',
  // Known to opossum; without effect here, and harmless while `cache` and `coalesce` are off.
  'cache',
  'cacheTTL',
  'cacheSize',
  'cacheGetKey',
  'cacheTransport',
  'coalesce',
  'coalesceTTL',
  'coalesceSize',
  'coalesceResetOn',
  'maxFailures',
];

/** @throws TypeError or RangeError that names the option and the value. */
export function liveOptions(options: CircuitBreakerOptions): LiveOptions {
  refuseUnknown(options, known);
  for (const name of ['cache', 'coalesce'] as const) {
    if (options[name]) throw new TypeError(`${name} is not what a breaker does: wrap the action with @xc/cache`);
  }
  const { abortController, autoRenewAbortController, capacity, clock, logger, volumeThreshold } = options;
  policyEnvironment({ clock, logger }, 'opossum');
  if (abortController && typeof abortController.abort !== 'function') {
    throw new TypeError('AbortController does not contain `abort()` method');
  }
  return {
    ...options,
    timeout: options.timeout === false ? false : duration('timeout', options.timeout ?? 10_000),
    resetTimeout: duration('resetTimeout', options.resetTimeout ?? 30_000),
    errorThresholdPercentage: percentage(options.errorThresholdPercentage ?? 50),
    ...rollingWindow(options),
    rollingPercentilesEnabled: options.rollingPercentilesEnabled !== false,
    capacity: Number.isInteger(capacity) ? (capacity as number) : Number.MAX_SAFE_INTEGER,
    errorFilter: callable('errorFilter', options.errorFilter ?? (() => false)),
    volumeThreshold: Number.isInteger(volumeThreshold) ? (volumeThreshold as number) : 0,
    enableSnapshots: options.enableSnapshots !== false,
    ...(autoRenewAbortController ? { abortController: abortController ?? new AbortController() } : {}),
  };
}

function percentage(value: unknown): number {
  const message = `errorThresholdPercentage must be a number, got ${shown(value)}`;
  if (typeof value !== 'number') throw new TypeError(message);
  if (Number.isNaN(value)) throw new RangeError(message);
  return value;
}
