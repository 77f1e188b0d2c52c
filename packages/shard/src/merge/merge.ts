/** What one shard answered. */
export interface ShardPart<P> {
  readonly shard: string;
  readonly part: P;
}

/** Makes one answer of those of several shards. */
export interface Merge<P, R> {
  /** For logs and metrics. */
  readonly name: string;
  /** In any order of the parts the same answer. */
  combine(parts: readonly ShardPart<P>[]): R;
}

/** In the order of their shard ids, so that the answer does not depend on who answered first. */
export function byShard<P>(parts: readonly ShardPart<P>[]): readonly ShardPart<P>[] {
  return [...parts].sort((a, b) => (a.shard < b.shard ? -1 : a.shard > b.shard ? 1 : 0));
}
