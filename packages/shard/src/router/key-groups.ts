import type { Topology } from '../topology/topology.ts';

/** Keys that are on one shard. */
export interface KeyGroup<K> {
  readonly shard: string;
  readonly keys: readonly K[];
  /** Where each of them stood. */
  readonly places: readonly number[];
  /** Ascending, each once. */
  readonly partitions: readonly number[];
  /** The same keys, grouped by another topology. */
  by(topology: Topology): readonly KeyGroup<K>[];
}

/** Groups keys by the shards that own their partitions, in the order of their first keys. */
export function keyGroups<K>(
  keys: readonly K[],
  partitions: readonly number[],
  topology: Topology,
  places: readonly number[] = [...keys.keys()],
): readonly KeyGroup<K>[] {
  const byShard = new Map<string, number[]>();
  for (const [index, partition] of partitions.entries()) {
    const shard = topology.owners[partition] as string;
    const group = byShard.get(shard);
    if (group === undefined) byShard.set(shard, [index]);
    else group.push(index);
  }
  return [...byShard].map(([shard, indexes]) => {
    const own = indexes.map((index) => keys[index] as K);
    const ownPartitions = indexes.map((index) => partitions[index] as number);
    const ownPlaces = indexes.map((index) => places[index] as number);
    return {
      shard,
      keys: own,
      places: ownPlaces,
      partitions: [...new Set(ownPartitions)].sort((a, b) => a - b),
      by: (newer) => keyGroups(own, ownPartitions, newer, ownPlaces),
    };
  });
}
