import type { EarlyRefresh } from './early-refresh.ts';

/** How an entry is made, kept and reloaded. */
export interface EntryOptions<T = unknown> {
  /**
   * How long it is fresh, in milliseconds: above 0, or Infinity. A function may answer 0 or less: the value is served and not
   * stored.
   * @defaultValue 300_000
   */
  readonly ttlMs?: number | ((value: T, key: string) => number);
  /**
   * Share of the ttl that is cut at random, from 0 to below 1: never longer than asked.
   * @defaultValue 0.1
   */
  readonly jitter?: number;
  /**
   * A read moves the expiry to `ttlMs` from then.
   * @defaultValue false
   */
  readonly sliding?: boolean;
  /**
   * Sliding does not pass this age, in milliseconds.
   * @defaultValue Infinity
   */
  readonly maxAgeMs?: number;
  /**
   * How long after its expiry a value may stand in for a load that fails or is slow, in milliseconds.
   * @defaultValue 0
   */
  readonly graceMs?: number;
  /**
   * After a failed reload the stale value is served for this long before the loader is tried again, in milliseconds.
   * @defaultValue 1_000
   */
  readonly graceThrottleMs?: number;
  /**
   * How long to wait for the loader where a stale value is at hand, in milliseconds; then that is served.
   * @defaultValue none
   */
  readonly softTimeoutMs?: number;
  /**
   * How long to wait for the loader at all, in milliseconds. The load goes on and is stored where it is still valid.
   * @defaultValue 30_000
   */
  readonly hardTimeoutMs?: number;
  /**
   * How long 'there is nothing' is remembered, in milliseconds; never longer than `ttlMs`; 0 does not store it.
   * @defaultValue 10_000
   */
  readonly negativeTtlMs?: number;
  /**
   * Whether a loaded value says that there is nothing. Of a value that is set, only `undefined` does.
   * @defaultValue value === null || value === undefined
   */
  readonly isNegative?: (value: T) => boolean;
  /**
   * How long a rejection is remembered on this node and given to later callers, in milliseconds. Whoever may have a stale value
   * within `graceMs` gets that, and the loader is tried again after `graceThrottleMs`.
   * @defaultValue 0
   */
  readonly errorTtlMs?: number;
  /**
   * When a value is loaded anew in the background before it expires.
   * @defaultValue \{ kind: 'xfetch', beta: 1 \}
   */
  readonly earlyRefresh?: EarlyRefresh;
  /** What to invalidate it by: at most 32, each of 1 to 256 bytes. */
  readonly tags?: readonly string[] | ((value: T, key: string) => readonly string[]);
  /**
   * Where it is kept. What is set with `'l1'` ends the older value that the `l2` has. A value that only memory has is lost where it
   * would have to be confirmed: after a gap in the messages, and without a coherence after 1 s.
   *
   * @defaultValue 'both'
   */
  readonly tiers?: 'both' | 'l1' | 'l2';
  /**
   * Whether every node loads for itself, or one for all of them, by a lease in the `l2`. Of many keys each has a lease of its own:
   * what another node loads already is waited for, and the loader is called for the others at once.
   * @defaultValue 'node'
   */
  readonly fill?: 'node' | 'cluster';
  /**
   * How long the others wait at most for a node that died loading, in milliseconds. Of a load that takes longer another node takes
   * over, and what the first one brings is stored nowhere; from then on the key is known to be slow, and whoever loads it holds
   * the others up for as long as it lives and loads.
   * @defaultValue 10_000
   */
  readonly leaseMs?: number;
  /**
   * A failed write to the `l2`, or a failed invalidation, rejects instead of being repeated later.
   * @defaultValue false
   */
  readonly strict?: boolean;
  /** Settles this call at once with its reason. */
  readonly signal?: AbortSignal;
}
