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

/** In the order of their shard ids, so that the answer does not depend on who answered first; a shard that says null has nothing. */
export function byShard<P>(parts: readonly ShardPart<P>[]): readonly ShardPart<P>[] {
  const given = parts.filter(({ part }: ShardPart<P | null | undefined>) => part !== null && part !== undefined);
  return given.sort((a, b) => (a.shard < b.shard ? -1 : a.shard > b.shard ? 1 : 0));
}
