import { type Clock, systemClock } from '@xc/core';
import { type KeyPart, type ShardKey, textOf } from '../keys/shard-key.ts';
import { checkInteger, shown } from '../keys/shown.ts';
import { partitionAmong } from './custom-partitions.ts';
import { type HomeLookup, Homes } from './homes.ts';
import { noPartition } from './no-partition.ts';
import type { Partitioner } from './partitioner.ts';

/** Options of {@link directoryPartitions}. */
export interface DirectoryPartitionsOptions {
  /** The homes of those of the keys that have one of their own. Asked for many keys at once, never twice for one at a time. */
  readonly lookup: HomeLookup;
  /** Where all other keys are. */
  readonly fallback: Partitioner;
  /** How many answers are remembered, those longest unused forgotten first; 0 for none. @defaultValue 10_000 */
  readonly cacheSize?: number;
  /** For how long, in milliseconds. @defaultValue 60_000 */
  readonly cacheTtlMs?: number;
  /** @defaultValue the clock of the machine */
  readonly clock?: Clock;
}

/**
 * Explicit homes for some keys, another partitioner for the rest: a tenant that has grown too large gets a partition of its own.
 * A key is in the partition that the directory says, wherever the fallback would put it; change an entry only with its data.
 *
 * `of` knows what has been looked up before, and what is remembered; use `locate`, as a router does.
 *
 * @throws TypeError or RangeError for an option that is none. From `locate` what `lookup` throws, and XcError
 * `XC_SHARD_NO_PARTITION` for an answer out of range; from `of` that same code for a key that was not looked up.
 */
export function directoryPartitions(options: DirectoryPartitionsOptions): Partitioner {
  const { lookup, fallback, cacheSize = 10_000, cacheTtlMs = 60_000, clock = systemClock } = options;
  if (typeof lookup !== 'function') throw new TypeError(`lookup must be a function, got ${shown(lookup)}`);
  if (typeof fallback?.of !== 'function') throw new TypeError(`fallback must be a partitioner, got ${shown(fallback)}`);
  checkInteger('cacheSize', cacheSize, 0, 2 ** 24);
  checkInteger('cacheTtlMs', cacheTtlMs, 0, Number.MAX_SAFE_INTEGER);
  const { partitions } = fallback;
  const homes = new Homes(lookup, { size: cacheSize, ttlMs: cacheTtlMs, clock });
  const partitionOf = (key: ShardKey, home: number | undefined): number =>
    home === undefined ? fallback.of(key) : partitionAmong(home, partitions);
  return {
    id: `directory:${fallback.id}`,
    partitions,
    of(key) {
      const known = homes.known(textOf(key as KeyPart));
      if (known === undefined) throw noPartition('it has not been looked up; use locate', {});
      return partitionOf(key, known.home);
    },
    async locate(keys, signal) {
      const found = await homes.of(
        keys.map((key) => textOf(key as KeyPart)),
        signal,
      );
      return keys.map((key, index) => partitionOf(key, found[index]));
    },
  };
}
