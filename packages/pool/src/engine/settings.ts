import type { Backoff, Clock, Logger, Meter, Policy, Random } from '@xc/core';
import { exponentialBackoff, noopLogger, noopMeter, systemClock, systemRandom } from '@xc/core';
import type { AdaptiveOptions } from '../adaptive-options.ts';
import type { LeakOptions } from '../leak-options.ts';
import type { PoolEvent } from '../pool-event.ts';
import type { PoolFactory } from '../pool-factory.ts';
import type { PoolOptions } from '../pool-options.ts';
import {
  above,
  callable,
  duration,
  flag,
  nonNegativeInteger,
  oneOf,
  poolName,
  positiveInteger,
  refuseUnknown,
  share,
  shown,
} from './option-rules.ts';

/** The options of a pool, checked and with every default filled in. */
export interface PoolSettings {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly minIdle: number;
  readonly maxCreating: number;
  readonly acquireTimeoutMs: number;
  readonly createTimeoutMs: number;
  readonly validateTimeoutMs: number;
  readonly resetTimeoutMs: number;
  readonly destroyTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly fifo: boolean;
  readonly keepaliveMs: number;
  readonly keepaliveJitter: number;
  readonly validateOnBorrow: boolean;
  readonly recheckAfterMs: number;
  readonly validateOnReturn: boolean;
  readonly maxLifetimeMs: number;
  readonly lifetimeJitter: number;
  readonly maxUses: number;
  readonly maxWaiting: number;
  readonly whenFull: 'reject' | 'drop-oldest' | 'drop-lowest';
  readonly priorities: number;
  readonly agingMs: number;
  readonly createBackoff: Backoff;
  readonly createErrors: 'reject' | 'keep';
  readonly createPolicy: Policy | undefined;
  readonly leak: Required<LeakOptions> | undefined;
  readonly adaptive: Required<AdaptiveOptions> | undefined;
  readonly lazy: boolean;
  readonly onEvent: ((event: PoolEvent) => void) | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: Meter;
  readonly logger: Logger;
}

const forever = Number.POSITIVE_INFINITY;

/** @throws TypeError or RangeError that names the first option that is wrong. */
export function poolSettings(options: PoolOptions): PoolSettings {
  refuseUnknown(options, Object.keys(rules));
  const read = <K extends keyof Rules>(option: K): ReturnType<Rules[K]> =>
    rules[option](options[option] as never) as ReturnType<Rules[K]>;
  const min = read('min');
  const max = read('max');
  const minIdle = read('minIdle');
  checkSize(min, max);
  if (minIdle > max) throw new RangeError(`minIdle must be at most max (${max}), got ${minIdle}`);
  return {
    name: read('name'),
    min,
    max,
    minIdle,
    maxCreating: read('maxCreating'),
    acquireTimeoutMs: read('acquireTimeoutMs'),
    createTimeoutMs: read('createTimeoutMs'),
    validateTimeoutMs: read('validateTimeoutMs'),
    resetTimeoutMs: read('resetTimeoutMs'),
    destroyTimeoutMs: read('destroyTimeoutMs'),
    idleTimeoutMs: read('idleTimeoutMs'),
    fifo: read('idleOrder') === 'fifo',
    keepaliveMs: read('keepaliveMs'),
    keepaliveJitter: read('keepaliveJitter'),
    validateOnBorrow: read('validateOnBorrow'),
    recheckAfterMs: read('recheckAfterMs'),
    validateOnReturn: read('validateOnReturn'),
    maxLifetimeMs: read('maxLifetimeMs'),
    lifetimeJitter: read('lifetimeJitter'),
    maxUses: read('maxUses'),
    maxWaiting: read('maxWaiting'),
    whenFull: read('whenFull'),
    priorities: read('priorities'),
    agingMs: read('agingMs'),
    createBackoff: read('createBackoff'),
    createErrors: read('createErrors'),
    createPolicy: read('createPolicy'),
    leak: read('leak'),
    adaptive: read('adaptive'),
    lazy: read('warmup') === 'lazy',
    onEvent: read('onEvent'),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    meter: options.meter ?? noopMeter,
    logger: options.logger ?? noopLogger,
  };
}

/** @throws TypeError that names the first member that is wrong. */
export function checkFactory(factory: PoolFactory<never>): void {
  if (typeof factory !== 'object' && typeof factory !== 'function') {
    throw new TypeError(`factory must be an object, got ${shown(factory)}`);
  }
  if (factory === null) throw new TypeError('factory must be an object, got null');
  callable('factory.create', factory.create);
  callable('factory.destroy', factory.destroy);
  for (const member of ['validate', 'reset', 'watch', 'broken'] as const) {
    if (factory[member] !== undefined) callable(`factory.${member}`, factory[member]);
  }
}

/** @throws RangeError when `min` exceeds `max`. */
export function checkSize(min: number, max: number): void {
  if (min > max) throw new RangeError(`min must be at most max (${max}), got ${min}`);
}

type Rules = typeof rules;

const rules = {
  name: (value: unknown = 'default') => poolName(value),
  min: (value: unknown = 0) => nonNegativeInteger('min', value),
  max: (value: unknown = 10) => positiveInteger('max', value),
  minIdle: (value: unknown = 0) => nonNegativeInteger('minIdle', value),
  maxCreating: (value: unknown = 2) => positiveInteger('maxCreating', value),
  acquireTimeoutMs: (value: unknown = 30_000) => duration('acquireTimeoutMs', value, 'allowed'),
  createTimeoutMs: (value: unknown = 10_000) => duration('createTimeoutMs', value),
  validateTimeoutMs: (value: unknown = 5_000) => duration('validateTimeoutMs', value),
  resetTimeoutMs: (value: unknown = 5_000) => duration('resetTimeoutMs', value),
  destroyTimeoutMs: (value: unknown = 5_000) => duration('destroyTimeoutMs', value),
  idleTimeoutMs: (value: unknown = 600_000) => duration('idleTimeoutMs', value, 'allowed'),
  idleOrder: (value: unknown = 'lifo') => oneOf('idleOrder', value, ['lifo', 'fifo']),
  keepaliveMs: (value: unknown = forever) => duration('keepaliveMs', value, 'allowed'),
  keepaliveJitter: (value: unknown = 0.1) => share('keepaliveJitter', value),
  validateOnBorrow: (value: unknown = true) => flag('validateOnBorrow', value),
  recheckAfterMs: (value: unknown = 500) => duration('recheckAfterMs', value, 'allowed'),
  validateOnReturn: (value: unknown = false) => flag('validateOnReturn', value),
  maxLifetimeMs: (value: unknown = 1_800_000) => duration('maxLifetimeMs', value, 'allowed'),
  lifetimeJitter: (value: unknown = 0.025) => share('lifetimeJitter', value),
  maxUses: (value: unknown = forever) => positiveInteger('maxUses', value, 'allowed'),
  maxWaiting: (value: unknown = forever) => nonNegativeInteger('maxWaiting', value, 'allowed'),
  whenFull: (value: unknown = 'reject') => oneOf('whenFull', value, ['reject', 'drop-oldest', 'drop-lowest']),
  priorities: (value: unknown = 3) => levels(value),
  agingMs: (value: unknown = forever) => duration('agingMs', value, 'allowed'),
  createBackoff: (value: unknown = defaultBackoff) => backoff(value),
  createErrors: (value: unknown = 'reject') => oneOf('createErrors', value, ['reject', 'keep']),
  createPolicy: (value: unknown) => policy(value),
  leak: (value: unknown = {}) => leakSettings(value),
  adaptive: (value: unknown = false) => adaptiveSettings(value),
  warmup: (value: unknown = 'background') => oneOf('warmup', value, ['lazy', 'background']),
  onEvent(value: unknown) {
    if (value !== undefined) callable('onEvent', value);
    return value as ((event: PoolEvent) => void) | undefined;
  },
  clock: (value: unknown) => value,
  random: (value: unknown) => value,
  meter: (value: unknown) => value,
  logger: (value: unknown) => value,
} as const satisfies Readonly<Record<keyof PoolOptions, (value: never) => unknown>>;

const defaultBackoff = exponentialBackoff({ baseMs: 10, capMs: 5_000, jitter: 'equal' });

function levels(value: unknown): number {
  const count = positiveInteger('priorities', value);
  if (count > 16) throw new RangeError(`priorities must be an integer from 1 to 16, got ${count}`);
  return count;
}

function backoff(value: unknown): Backoff {
  const given = value as Partial<Backoff> | null;
  if (typeof given?.delayMs !== 'function') {
    throw new TypeError(`createBackoff must be a back-off with delayMs, got ${shown(value)}`);
  }
  return given as Backoff;
}

function policy(value: unknown): Policy | undefined {
  const given = value as Partial<Policy> | null | undefined;
  if (given !== undefined && typeof given?.run !== 'function') {
    throw new TypeError(`createPolicy must be a policy with run, got ${shown(value)}`);
  }
  return given as Policy | undefined;
}

function leakSettings(value: unknown): Required<LeakOptions> | undefined {
  if (value === false) return undefined;
  refuseUnknown(value, ['afterMs', 'stack', 'action', 'gc'], 'leak');
  const { afterMs = 60_000, stack = 'armed', action = 'report', gc = false } = value as LeakOptions;
  return {
    // Below a tenth of a second everything is a leak.
    afterMs: Math.max(duration('leak.afterMs', afterMs), 100),
    stack: oneOf('leak.stack', stack, ['off', 'armed', 'always']),
    action: oneOf('leak.action', action, ['report', 'close-on-return', 'reclaim']),
    gc: flag('leak.gc', gc),
  };
}

function adaptiveSettings(value: unknown): Required<AdaptiveOptions> | undefined {
  if (value === false) return undefined;
  refuseUnknown(value, ['headroom', 'everyMs', 'waitTargetMs', 'downStep', 'cooldownMs'], 'adaptive');
  const {
    headroom = 1.5,
    everyMs = 5_000,
    waitTargetMs = 10,
    downStep = 1,
    cooldownMs = 30_000,
  } = value as AdaptiveOptions;
  return {
    headroom: above('adaptive.headroom', headroom, 0),
    everyMs: above('adaptive.everyMs', everyMs, 0),
    waitTargetMs: duration('adaptive.waitTargetMs', waitTargetMs),
    downStep: positiveInteger('adaptive.downStep', downStep),
    cooldownMs: duration('adaptive.cooldownMs', cooldownMs),
  };
}
