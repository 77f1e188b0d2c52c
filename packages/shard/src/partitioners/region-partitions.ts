import { xxh32 } from '../hash/xxh32.ts';
import { hashableOf, type KeyPart, partsOf, textOf } from '../keys/shard-key.ts';
import { checkInteger, shown } from '../keys/shown.ts';
import { noPartition } from './no-partition.ts';
import { MOST_PARTITIONS, type Partitioner } from './partitioner.ts';

/** Options of {@link regionPartitions}. */
export interface RegionPartitionsOptions {
  /** How many partitions each region has; their blocks follow each other in this order. */
  readonly regions: Readonly<Record<string, number>>;
}

/**
 * Keeps data in its region: of keys `[region, id]` the region decides the block of partitions and the id the partition in it.
 * Shards of a region are given the partitions of its block, so nothing of it is ever anywhere else.
 *
 * @throws TypeError without a region; RangeError for a region without partitions, or more than 65,536 of them together.
 */
export function regionPartitions(options: RegionPartitionsOptions): Partitioner {
  const regions = options?.regions;
  const names = typeof regions === 'object' && regions !== null ? Object.keys(regions) : [];
  if (names.length === 0) throw new TypeError(`regions must be at least one, got ${shown(regions)}`);
  const blocks = new Map<string, { readonly first: number; readonly count: number }>();
  let partitions = 0;
  for (const name of names) {
    const count = checkInteger(`regions.${name}`, regions[name], 1, MOST_PARTITIONS);
    blocks.set(name, { first: partitions, count });
    partitions += count;
  }
  checkInteger('the partitions of all regions', partitions, 1, MOST_PARTITIONS);
  const blockOf = (region: KeyPart) => {
    const block = blocks.get(textOf(region));
    if (block === undefined) throw noPartition(`no region ${shown(region)}`, { regions: names });
    return block;
  };
  const of = (region: KeyPart, id: KeyPart): number => {
    const { first, count } = blockOf(region);
    return first + (xxh32(hashableOf(id)) % count);
  };
  return {
    id: `region:${names.map((name) => `${encodeURIComponent(name)}=${regions[name]}`).join(',')}`,
    partitions,
    of(key) {
      const [region, id] = partsOf(key, ['region', 'id']) as [KeyPart, KeyPart];
      return of(region, id);
    },
    under(prefix) {
      const [region, id] = prefix;
      if (region === undefined || prefix.length > 2) {
        throw new TypeError(`prefix must be [region] or [region, id], got ${shown(prefix)}`);
      }
      if (id !== undefined) return [of(region, id)];
      const { first, count } = blockOf(region);
      return Array.from({ length: count }, (_, index) => first + index);
    },
  };
}
