/** A value and what travels with it. */
export interface TierEntry {
  readonly value: unknown;
  /** It stands for 'there is nothing'. */
  readonly negative: boolean;
  /** At most 32, of the namespace of the key. */
  readonly tags: readonly string[];
  /** At most 1 kB of text. */
  readonly meta: Readonly<Record<string, string>>;
  /** How long the load took, in milliseconds. */
  readonly loadMs: number;
  /** From now: how long it is fresh, in milliseconds; Infinity is cut to what the tier keeps at most. */
  readonly ttlMs: number;
  /** How long after its freshness it may still stand in, in milliseconds. Its physical life is `ttlMs + graceMs`. */
  readonly graceMs: number;
  /** From now: sliding and touches do not pass it, in milliseconds. */
  readonly maxAgeMs: number;
  /** What a sliding read moves the expiry to, in milliseconds; 0 when it does not slide. */
  readonly slideMs: number;
}

/** An entry as it is read back. */
export interface StoredEntry extends TierEntry {
  /** Names this write of this key; no two writes of a key have the same. */
  readonly version: bigint;
  /** The highest group version known before the value was loaded. It is valid while none of its groups has a higher one. */
  readonly stamp: bigint;
  /** Milliseconds since it was stored. */
  readonly ageMs: number;
  /** Milliseconds for which it is fresh; 0 or less: since then it is stale. Of the clock of the tier, not of the node. */
  readonly ttlLeftMs: number;
  /** Milliseconds for which it exists. */
  readonly lifeLeftMs: number;
  /** Length of its encoding. */
  readonly bytes: number;
}
