import type { PlaceState } from '../moving/data-adapter.ts';
import type { Partitioner } from '../partitioners/partitioner.ts';
import { countOver } from './key-pass.ts';
import { GUARD, type RedisShard } from './redis-shards.ts';
import { guardScript } from './scripts.ts';

/** What a shard keeps, by partition: rows, fences, captures. A capture that only goes on for a while is none of them. */
export async function inspectShard(
  shard: RedisShard,
  partitioner: Partitioner,
  signal: AbortSignal,
): Promise<readonly PlaceState[]> {
  const [fields, captured] = await shard.run(guardScript, [GUARD], [], signal);
  const rows = await countOver(shard, partitioner, signal);
  const minTerms = new Map<number, number>();
  for (let at = 0; at < fields.length; at += 2) {
    const partition = /^(\d+):term$/.exec(fields[at] as string)?.[1];
    if (partition !== undefined) minTerms.set(Number(partition), Number(fields[at + 1]));
  }
  const captures = new Map<number, string[]>();
  for (const [partition, move] of captured) {
    captures.set(Number(partition), [...(captures.get(Number(partition)) ?? []), move]);
  }
  const partitions = new Set([...rows.keys(), ...minTerms.keys(), ...captures.keys()]);
  return [...partitions]
    .sort((a, b) => a - b)
    .map((partition) => ({
      partition,
      rows: rows.get(partition) ?? 0,
      minTerm: minTerms.get(partition) ?? 0,
      captures: captures.get(partition) ?? [],
    }));
}
