import type { Backoff } from '@xc/core';
import {
  callable,
  duration,
  oneOf,
  policyOptionNames,
  positiveInteger,
  ratio,
  refuseUnknown,
  shown,
} from '../options.ts';
import type { CountWindowOptions, TimeWindowOptions, WindowOptions } from '../window/create-window.ts';
import type { BreakerOptions, BreakerUpdate, Trip } from './breaker-options.ts';
import type { Outcome, Verdict } from './verdict.ts';

/** The numbers a breaker goes by: `BreakerOptions`, checked, with every default filled in. Breakers may share one. */
export interface BreakerSettings {
  readonly window: CountWindowOptions | Required<TimeWindowOptions>;
  readonly minimumCalls: number;
  readonly failureRate: number;
  readonly slowRate: number;
  readonly slowAfterMs: number;
  /** Infinity when off. */
  readonly consecutive: number;
  readonly openForMs: number | Backoff | ((trip: Trip) => number);
  readonly permits: number;
  readonly maxWaitMs: number;
  readonly onMaxWait: 'decide' | 'open' | 'closed';
  /** 0 when off. */
  readonly rampUpMs: number;
  readonly rampUpFrom: number;
  readonly classify: ((outcome: Outcome) => Verdict | undefined) | undefined;
}

const updatable = [
  'window',
  'minimumCalls',
  'failureRate',
  'slowRate',
  'slowAfterMs',
  'consecutive',
  'openForMs',
  'halfOpen',
] as const satisfies readonly (keyof BreakerUpdate)[];

const known = [...updatable, ...policyOptionNames, 'classify', 'initialState', 'restore'];

const defaults: BreakerSettings = Object.freeze({
  window: Object.freeze({ type: 'time', lengthMs: 10_000, buckets: 10 }),
  minimumCalls: 20,
  failureRate: 0.5,
  slowRate: 1,
  slowAfterMs: 60_000,
  consecutive: Number.POSITIVE_INFINITY,
  openForMs: 30_000,
  permits: 10,
  maxWaitMs: 30_000,
  onMaxWait: 'decide',
  rampUpMs: 0,
  rampUpFrom: 0.1,
  classify: undefined,
});

/** @throws TypeError or RangeError that names the option and the value. */
export function breakerSettings(options: BreakerOptions): BreakerSettings {
  refuseUnknown(options, known);
  return settingsOver(defaults, options);
}

/**
 * The settings after an update: what it names over what was, `halfOpen` one by one.
 *
 * @throws TypeError or RangeError that names the option and the value; nothing has changed then.
 */
export function updatedSettings(settings: BreakerSettings, update: BreakerUpdate): BreakerSettings {
  refuseUnknown(update, updatable);
  return settingsOver(settings, update);
}

function settingsOver(base: BreakerSettings, options: BreakerOptions): BreakerSettings {
  const { halfOpen = {} } = options;
  refuseUnknown(halfOpen, ['permits', 'maxWaitMs', 'onMaxWait', 'rampUp'], 'halfOpen');
  const { rampUp } = halfOpen;
  if (rampUp !== undefined) refuseUnknown(rampUp, ['lengthMs', 'from'], 'halfOpen.rampUp');
  const or = <T>(value: T | undefined, fallback: T, check: (value: T) => T): T =>
    value === undefined ? fallback : check(value);
  return {
    window: options.window === undefined ? base.window : windowOver(base.window, options.window),
    minimumCalls: or(options.minimumCalls, base.minimumCalls, (value) => positiveInteger('minimumCalls', value)),
    failureRate: or(options.failureRate, base.failureRate, (value) => ratio('failureRate', value)),
    slowRate: or(options.slowRate, base.slowRate, (value) => ratio('slowRate', value)),
    slowAfterMs: or(options.slowAfterMs, base.slowAfterMs, (value) => duration('slowAfterMs', value)),
    consecutive: or(options.consecutive, base.consecutive, (value) => positiveInteger('consecutive', value)),
    openForMs: or(options.openForMs, base.openForMs, openWait),
    permits: or(halfOpen.permits, base.permits, (value) => positiveInteger('halfOpen.permits', value)),
    maxWaitMs: or(halfOpen.maxWaitMs, base.maxWaitMs, (value) => duration('halfOpen.maxWaitMs', value)),
    onMaxWait: or(halfOpen.onMaxWait, base.onMaxWait, (value) =>
      oneOf('halfOpen.onMaxWait', value, ['decide', 'open', 'closed']),
    ),
    rampUpMs: rampUp === undefined ? base.rampUpMs : duration('halfOpen.rampUp.lengthMs', rampUp.lengthMs),
    rampUpFrom: or(rampUp?.from, base.rampUpFrom, (value) => ratio('halfOpen.rampUp.from', value, 'allowed')),
    classify: or(options.classify, base.classify, (value) => callable('classify', value)),
  };
}

// The very same object when nothing differs: then the outcomes are kept.
function windowOver(base: BreakerSettings['window'], window: WindowOptions): BreakerSettings['window'] {
  const settings = windowSettings(window);
  const same =
    settings.type === 'count'
      ? base.type === 'count' && base.size === settings.size
      : base.type === 'time' && base.lengthMs === settings.lengthMs && base.buckets === settings.buckets;
  return same ? base : settings;
}

function windowSettings(window: WindowOptions): BreakerSettings['window'] {
  if (typeof window !== 'object' || window === null) {
    throw new TypeError(`window must be an object with a type, got ${shown(window)}`);
  }
  const { type } = window;
  if (oneOf('window.type', type, ['count', 'time']) === 'count') {
    const { size } = window as CountWindowOptions;
    refuseUnknown(window, ['type', 'size']);
    return { type: 'count', size: positiveInteger('window.size', size) };
  }
  refuseUnknown(window, ['type', 'lengthMs', 'buckets']);
  const { lengthMs, buckets = 10 } = window as TimeWindowOptions;
  const length = duration('window.lengthMs', lengthMs);
  const count = positiveInteger('window.buckets', buckets);
  if (length >= count) return { type: 'time', lengthMs: length, buckets: count };
  throw new RangeError(`window.lengthMs must be at least 1 for each of ${count} buckets, got ${length}`);
}

function openWait(wait: BreakerSettings['openForMs']): BreakerSettings['openForMs'] {
  if (typeof wait === 'function') return wait;
  if (typeof wait === 'object' && wait !== null) {
    callable('openForMs.delayMs', (wait as Partial<Backoff>).delayMs);
    return wait;
  }
  if (typeof wait === 'number') return duration('openForMs', wait);
  throw new TypeError(`openForMs must be milliseconds, a back-off or a function, got ${shown(wait)}`);
}
