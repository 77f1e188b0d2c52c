import type { EarlyRefresh } from '../api/early-refresh.ts';
import type { EntryOptions } from '../api/entry-options.ts';
import { describe } from '../keys/check-key.ts';
import { checkNames, checkOneOf } from './check-names.ts';
import { checkFinite, checkLeaseMs, checkNotNegative, checkPositive, checkShare } from './check-number.ts';
import { checkTags } from './check-tags.ts';

/** Options of an entry, checked, every default in its place. */
export interface EntryPlan {
  readonly ttlMs: number | ((value: unknown, key: string) => number);
  readonly jitter: number;
  readonly sliding: boolean;
  readonly maxAgeMs: number;
  readonly graceMs: number;
  /** The call itself says how much grace it allows; otherwise the entry does. */
  readonly ownGrace: boolean;
  readonly graceThrottleMs: number;
  readonly softTimeoutMs: number;
  readonly hardTimeoutMs: number;
  readonly negativeTtlMs: number;
  readonly isNegative: (value: unknown) => boolean;
  readonly errorTtlMs: number;
  readonly earlyRefresh: EarlyRefresh;
  readonly tags: readonly string[] | ((value: unknown, key: string) => readonly string[]);
  readonly tiers: 'both' | 'l1' | 'l2';
  readonly fill: 'node' | 'cluster';
  readonly leaseMs: number;
  readonly strict: boolean;
  readonly signal: AbortSignal | undefined;
}

const NAMES = [
  'ttlMs',
  'jitter',
  'sliding',
  'maxAgeMs',
  'graceMs',
  'graceThrottleMs',
  'softTimeoutMs',
  'hardTimeoutMs',
  'negativeTtlMs',
  'isNegative',
  'errorTtlMs',
  'earlyRefresh',
  'tags',
  'tiers',
  'fill',
  'leaseMs',
  'strict',
  'signal',
];

const STANDARD: EntryPlan = {
  ttlMs: 300_000,
  jitter: 0.1,
  sliding: false,
  maxAgeMs: Number.POSITIVE_INFINITY,
  graceMs: 0,
  ownGrace: false,
  graceThrottleMs: 1_000,
  softTimeoutMs: Number.POSITIVE_INFINITY,
  hardTimeoutMs: 30_000,
  negativeTtlMs: 10_000,
  isNegative: (value) => value === null || value === undefined,
  errorTtlMs: 0,
  earlyRefresh: { kind: 'xfetch', beta: 1 },
  tags: [],
  tiers: 'both',
  fill: 'node',
  leaseMs: 10_000,
  strict: false,
  signal: undefined,
};

/** @param allowed - Names that belong to the same object and are not of an entry. */
export function planDefaults(
  defaults: EntryOptions<never> | undefined,
  base: EntryPlan = STANDARD,
  allowed: readonly string[] = [],
  what = 'options',
): EntryPlan {
  return { ...planEntry(base, defaults, allowed, what), ownGrace: false };
}

/** @throws TypeError or RangeError, naming the option, where `options` are wrong. */
export function planEntry(
  base: EntryPlan,
  options: EntryOptions<never> | undefined,
  allowed: readonly string[] = [],
  what = 'options',
): EntryPlan {
  if (options === undefined) return base;
  checkNames(what, options, allowed.length === 0 ? NAMES : [...NAMES, ...allowed]);
  const given: Record<string, unknown> = {};
  for (const name of NAMES) {
    const value = (options as Record<string, unknown>)[name];
    if (value === undefined) continue;
    (CHECKS[name] as (value: unknown) => void)(value);
    given[name] = value;
  }
  return { ...base, ...given, ownGrace: given.graceMs !== undefined };
}

/**
 * Whether nothing is wrong with options. What a hit makes use of is next to nothing, and it is told of what is wrong all the same:
 * by {@link planEntry}, which this leaves the rest to.
 */
export function areSound(options: EntryOptions<never> | undefined): boolean {
  if (options === undefined) return true;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return false;
  try {
    for (const name in options) {
      if (!Object.hasOwn(CHECKS, name)) return false;
      const value = (options as Record<string, unknown>)[name];
      if (value !== undefined) (CHECKS[name] as (value: unknown) => void)(value);
    }
    return true;
  } catch {
    return false;
  }
}

const CHECKS: Readonly<Record<string, (value: unknown) => void>> = {
  ttlMs: (value) => (typeof value === 'function' ? undefined : checkPositive('ttlMs', value)),
  jitter: (value) => checkShare('jitter', value, false),
  sliding: (value) => checkFlag('sliding', value),
  maxAgeMs: (value) => checkPositive('maxAgeMs', value),
  graceMs: (value) => checkNotNegative('graceMs', value),
  graceThrottleMs: (value) => checkNotNegative('graceThrottleMs', value),
  softTimeoutMs: (value) => checkNotNegative('softTimeoutMs', value),
  hardTimeoutMs: (value) => checkPositive('hardTimeoutMs', value),
  negativeTtlMs: (value) => checkNotNegative('negativeTtlMs', value),
  isNegative: (value) => checkFunction('isNegative', value),
  errorTtlMs: (value) => checkNotNegative('errorTtlMs', value),
  earlyRefresh: checkEarlyRefresh,
  tags: (value) => (typeof value === 'function' ? undefined : checkTags(value)),
  tiers: (value) => checkOneOf('tiers', value, ['both', 'l1', 'l2']),
  fill: (value) => checkOneOf('fill', value, ['node', 'cluster']),
  leaseMs: checkLeaseMs,
  strict: (value) => checkFlag('strict', value),
  signal: checkSignal,
};

/** @throws TypeError unless it is a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') {
    throw new TypeError(`${name} must be a function, got ${value === null ? 'null' : typeof value}`);
  }
}

/** @throws TypeError unless it is true or false. */
export function checkFlag(name: string, value: unknown): void {
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be true or false, got ${describe(value)}`);
}

/** @throws TypeError where the options of a read are anything but a signal. */
export function checkReadOptions(options: unknown): void {
  checkNames('options', options, ['signal']);
  const { signal } = options as { readonly signal?: unknown };
  if (signal !== undefined) checkSignal(signal);
}

/** As {@link areSound}, of a read. */
export function isReadOptions(options: unknown): boolean {
  try {
    checkReadOptions(options);
    return true;
  } catch {
    return false;
  }
}

/** @throws TypeError unless it has the shape of a signal. */
export function checkSignal(value: unknown): void {
  if (typeof (value as Partial<AbortSignal> | null)?.addEventListener === 'function') return;
  throw new TypeError(`signal must be an AbortSignal, got ${describe(value)}`);
}

function checkEarlyRefresh(value: unknown): void {
  if (value === 'off') return;
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`earlyRefresh must be 'off' or an object with kind, got ${describe(value)}`);
  }
  const { kind, beta, ratio } = value as { kind?: unknown; beta?: unknown; ratio?: unknown };
  checkOneOf('earlyRefresh.kind', kind, ['xfetch', 'threshold']);
  checkNames('earlyRefresh', value, kind === 'xfetch' ? ['kind', 'beta'] : ['kind', 'ratio']);
  if (kind === 'threshold') checkShare('ratio', ratio, true);
  else if (beta !== undefined) checkFinite('beta', beta);
}
