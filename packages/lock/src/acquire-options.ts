import type { LockOptions } from '@xc/core';
import { checkMs, checkOptions, type OptionKind } from './option-checks.ts';

/** How one lock is acquired and held. */
export interface AcquireOptions extends LockOptions {
  /**
   * Milliseconds after which the lock is free again if this process dies: at least 100, and at most 2^53 - 1.
   * @defaultValue 30_000
   */
  readonly ttlMs?: number;
  /**
   * Milliseconds to wait for it: 0 tries once, `Infinity` waits for ever.
   * @defaultValue 5_000
   */
  readonly waitMs?: number;
  /**
   * Whether the lease is prolonged every `ttlMs / 3` for as long as it is held.
   * @defaultValue true
   */
  readonly renew?: boolean;
  /**
   * Milliseconds after which the lease is prolonged no more and its signal aborts, released or not.
   * @defaultValue Infinity
   */
  readonly maxHoldMs?: number;
}

/** Options with their defaults, checked. */
export interface SettledAcquire {
  readonly ttlMs: number;
  readonly waitMs: number;
  readonly renew: boolean;
  readonly maxHoldMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What each option must be. */
export const acquireKinds: Readonly<Record<string, OptionKind>> = {
  ttlMs: 'any',
  waitMs: 'any',
  maxHoldMs: 'any',
  renew: 'boolean',
  signal: 'signal',
};

const LEAST_TTL_MS = 100;

/** What holds where nothing is said. */
export const acquireDefaults: SettledAcquire = Object.freeze({
  ttlMs: 30_000,
  waitMs: 5_000,
  renew: true,
  maxHoldMs: Number.POSITIVE_INFINITY,
  signal: undefined,
});

/** @throws TypeError or RangeError that names the option. */
export function settleAcquire(options: AcquireOptions | undefined, defaults: SettledAcquire): SettledAcquire {
  if (options === undefined) return defaults;
  checkOptions(options, acquireKinds);
  const { ttlMs = defaults.ttlMs, waitMs = defaults.waitMs, maxHoldMs = defaults.maxHoldMs } = options;
  const { renew = defaults.renew, signal = defaults.signal } = options;
  checkMs('ttlMs', ttlMs, LEAST_TTL_MS);
  if (ttlMs > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(`ttlMs must be at most ${Number.MAX_SAFE_INTEGER}, got ${ttlMs}`);
  }
  checkMs('waitMs', waitMs, 0, true);
  checkMs('maxHoldMs', maxHoldMs, 1, true);
  return { ttlMs: Math.ceil(ttlMs), waitMs, renew, maxHoldMs, signal };
}
