import type { Clock, Meter, Random } from '@xc/core';

/** The call shape of `fetch`. */
export type FetchLike = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Options of `pacedFetch`. */
export interface PaceOptions {
  /**
   * What shares a limit on the other side: calls of one key wait for each other.
   * @defaultValue the origin of the URL
   */
  readonly key?: (url: URL) => string;
  /**
   * Milliseconds that a call may wait at a time; one that would have to wait longer fails at once.
   * @defaultValue 60_000
   */
  readonly maxWaitMs?: number;
  /**
   * How often a refused call is made again.
   * @defaultValue 2
   */
  readonly retries?: number;
  /**
   * Up to this share of a wait is added to it, 0 to 1, so that not all clients come back in the same moment.
   * @defaultValue 0.1
   */
  readonly jitter?: number;
  /**
   * Spaces calls evenly over the time until the reset once a fifth of the limit or less is left.
   * @defaultValue false
   */
  readonly spread?: boolean;
  /**
   * How many keys are remembered that have something to wait for; the least recently used goes.
   * @defaultValue 1_000
   */
  readonly maxKeys?: number;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue systemRandom */
  readonly random?: Random;
  /**
   * Gets `xc_ratelimit_paced_total` by outcome: waited, repeated, refused.
   * @defaultValue noopMeter
   */
  readonly meter?: Meter;
}

/** @throws RangeError for a number out of range; TypeError when `fetch` or `key` is not a function. */
export function checkPaceOptions(fetch: unknown, options: PaceOptions): void {
  const { key, maxWaitMs = 0, retries = 0, jitter = 0, maxKeys = 1 } = options;
  if (typeof fetch !== 'function') throw new TypeError(`fetch must be a function, got ${typeof fetch}`);
  if (key !== undefined && typeof key !== 'function') throw new TypeError(`key must be a function, got ${typeof key}`);
  refuseUnless(maxWaitMs >= 0, 'maxWaitMs must be milliseconds of at least 0', maxWaitMs);
  refuseUnless(Number.isInteger(retries) && retries >= 0, 'retries must be an integer of at least 0', retries);
  refuseUnless(jitter >= 0 && jitter <= 1, 'jitter must be from 0 to 1', jitter);
  refuseUnless(Number.isInteger(maxKeys) && maxKeys >= 1, 'maxKeys must be a positive integer', maxKeys);
}

function refuseUnless(fits: boolean, rule: string, value: unknown): void {
  if (!fits || typeof value !== 'number') throw new RangeError(`${rule}, got ${String(value)}`);
}
