/**
 * The fewest moves after which every shard that may have any has the same number of partitions, or one more than others: those
 * that have most may keep the one more.
 */
export function lowerBound(owners: readonly string[], shards: readonly string[]): number {
  const have = new Map<string, number>(shards.map((id) => [id, 0]));
  let moves = 0;
  for (const owner of owners) {
    if (have.has(owner)) have.set(owner, (have.get(owner) as number) + 1);
    else moves += 1;
  }
  if (shards.length === 0) return 0;
  const floor = Math.floor(owners.length / shards.length);
  const larger = owners.length % shards.length;
  const counts = [...have.values()].sort((a, b) => b - a);
  for (const [index, count] of counts.entries()) moves += Math.max(0, count - floor - (index < larger ? 1 : 0));
  return moves;
}
