import type { Backoff } from '@xc/core';
import {
  callable,
  duration,
  oneOf,
  policyOptionNames,
  positiveDuration,
  positiveInteger,
  ratio,
  refuseUnknown,
  shown,
} from '../options.ts';
import type { CountWindowOptions, TimeWindowOptions, WindowOptions } from '../window/create-window.ts';
import type { BreakerOptions, BreakerUpdate, HalfOpenOptions, Trip } from './breaker-options.ts';
import type { Outcome, Verdict } from './verdict.ts';

/** The numbers a breaker goes by: `BreakerOptions`, checked, with every default filled in. Breakers may share one. */
export interface BreakerSettings {
  readonly window: CountWindowOptions | Required<TimeWindowOptions>;
  readonly minimumCalls: number;
  readonly failureRate: number;
  readonly slowRate: number;
  readonly slowAfterMs: number;
  readonly consecutive: number | undefined;
  readonly openForMs: number | Backoff | ((trip: Trip) => number);
  readonly halfOpen: HalfOpenSettings;
  readonly classify: ((outcome: Outcome) => Verdict | undefined) | undefined;
}

/** `HalfOpenOptions`, checked, with every default filled in. Most breakers share one. */
export interface HalfOpenSettings {
  readonly permits: number;
  readonly maxWaitMs: number;
  readonly onMaxWait: 'decide' | 'open' | 'closed';
  /** 0 when off. */
  readonly rampUpMs: number;
  readonly rampUpFrom: number;
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

/** The names of `BreakerOptions`, for `refuseUnknown`. */
export const breakerOptionNames: readonly string[] = [
  ...updatable,
  ...policyOptionNames,
  'classify',
  'initialState',
  'restore',
];

const defaults: BreakerSettings = Object.freeze({
  window: Object.freeze({ type: 'time', lengthMs: 10_000, buckets: 10 }),
  minimumCalls: 20,
  failureRate: 0.5,
  slowRate: 1,
  slowAfterMs: 60_000,
  consecutive: undefined,
  openForMs: 30_000,
  halfOpen: Object.freeze({ permits: 10, maxWaitMs: 30_000, onMaxWait: 'decide', rampUpMs: 0, rampUpFrom: 0.1 }),
  classify: undefined,
});

/**
 * The settings of `options`, and for what they leave out those of `base`.
 *
 * @throws TypeError or RangeError that names the option and the value.
 */
export function breakerSettings(options: BreakerOptions, base: BreakerSettings = defaults): BreakerSettings {
  refuseUnknown(options, breakerOptionNames);
  return settingsOver(base, options);
}

/**
 * The settings after an update: what it names over what was, `halfOpen` one by one.
 *
 * @throws TypeError or RangeError that names the option and the value; nothing has changed then.
 */
export function updatedSettings(settings: BreakerSettings, update: BreakerUpdate): BreakerSettings {
  refuseUnknown(update, updatable);
  const { consecutive, ...rest } = update;
  // Off is what it is before anybody sets it, and what an update could not say by leaving it out.
  if (consecutive === null) return { ...settingsOver(settings, rest), consecutive: undefined };
  return settingsOver(settings, consecutive === undefined ? rest : { ...rest, consecutive });
}

function settingsOver(base: BreakerSettings, options: BreakerOptions): BreakerSettings {
  const { window, halfOpen } = options;
  return {
    window: window === undefined ? base.window : windowOver(base.window, window),
    minimumCalls: checked(options.minimumCalls, base.minimumCalls, (value) => positiveInteger('minimumCalls', value)),
    failureRate: checked(options.failureRate, base.failureRate, (value) => ratio('failureRate', value)),
    slowRate: checked(options.slowRate, base.slowRate, (value) => ratio('slowRate', value)),
    slowAfterMs: checked(options.slowAfterMs, base.slowAfterMs, (value) => duration('slowAfterMs', value)),
    consecutive: checked(options.consecutive, base.consecutive, (value) => positiveInteger('consecutive', value)),
    openForMs: checked(options.openForMs, base.openForMs, openWait),
    halfOpen: halfOpen === undefined ? base.halfOpen : halfOpenOver(base.halfOpen, halfOpen),
    classify: checked(options.classify, base.classify, (value) => callable('classify', value)),
  };
}

function halfOpenOver(base: HalfOpenSettings, halfOpen: HalfOpenOptions): HalfOpenSettings {
  refuseUnknown(halfOpen, ['permits', 'maxWaitMs', 'onMaxWait', 'rampUp'], 'halfOpen');
  const { permits, maxWaitMs, onMaxWait, rampUp } = halfOpen;
  if (rampUp !== undefined) refuseUnknown(rampUp, ['lengthMs', 'from'], 'halfOpen.rampUp');
  return {
    permits: checked(permits, base.permits, (value) => positiveInteger('halfOpen.permits', value)),
    maxWaitMs: checked(maxWaitMs, base.maxWaitMs, (value) => positiveDuration('halfOpen.maxWaitMs', value)),
    onMaxWait: checked(onMaxWait, base.onMaxWait, (value) => oneOf('halfOpen.onMaxWait', value, maxWaitEnds)),
    rampUpMs: rampUp === undefined ? base.rampUpMs : duration('halfOpen.rampUp.lengthMs', rampUp.lengthMs),
    rampUpFrom: checked(rampUp?.from, base.rampUpFrom, (value) => ratio('halfOpen.rampUp.from', value, 'allowed')),
  };
}

const maxWaitEnds = ['decide', 'open', 'closed'] as const;

function checked<Given, Base>(value: Given | undefined, otherwise: Base, check: (value: Given) => Given): Given | Base {
  return value === undefined ? otherwise : check(value);
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
