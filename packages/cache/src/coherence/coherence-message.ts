/** What one node tells the others. `keys` are the tier's keys, `<namespace>/<key>`. */
export interface CoherenceMessage {
  /**
   * - `drop`: the keys were invalidated; `stale`: they were expired softly;
   * - `changed`: another value was set, or their expiry moved;
   * - `raise`: the groups have the version;
   * - `unknown`: some groups changed, and it is not known which;
   * - `wake`: a leased load of the keys ended, well or not, or a once-record did.
   */
  readonly kind: 'drop' | 'stale' | 'changed' | 'raise' | 'unknown' | 'wake';
  readonly keys: readonly string[];
  readonly groups: readonly string[];
  /** Lengths of the prefixes among the groups. */
  readonly lengths: readonly number[];
  /** What the tier gave; 0 where it gives none. */
  readonly version: bigint;
}

/** Whether it may be of values that only the memory of nodes has, which no server can tell of. */
export function isOfMemory({ kind }: Pick<CoherenceMessage, 'kind'>): boolean {
  return kind === 'drop' || kind === 'stale';
}
