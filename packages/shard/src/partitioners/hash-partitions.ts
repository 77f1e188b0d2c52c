import { crc16 } from '../hash/crc16.ts';
import { fnv1a } from '../hash/fnv1a.ts';
import { murmur3 } from '../hash/murmur3.ts';
import type { Hashable } from '../hash/text.ts';
import { xxh32 } from '../hash/xxh32.ts';
import { xxh64 } from '../hash/xxh64.ts';
import { hashableOf } from '../keys/shard-key.ts';
import { checkInteger, shown } from '../keys/shown.ts';
import { MOST_PARTITIONS, type Partitioner } from './partitioner.ts';

/** The hash functions that partitions can be told by. */
export type PartitionHash = 'xxh32' | 'xxh64' | 'murmur3' | 'fnv1a' | 'crc16';

/** Options of {@link hashPartitions}. */
export interface HashPartitionsOptions {
  /** 1 to 65,536. @defaultValue 4096 */
  readonly partitions?: number;
  /** @defaultValue 'xxh32' */
  readonly hash?: PartitionHash;
  /** An unsigned 32-bit integer. @defaultValue 0 */
  readonly seed?: number;
}

const hashes: Readonly<Record<PartitionHash, (data: Hashable, seed: number) => number | bigint>> = {
  xxh32,
  xxh64,
  murmur3,
  fnv1a,
  crc16,
};

/**
 * Spreads keys of one part evenly: the unsigned hash of the key, modulo the number of partitions.
 *
 * @example
 * ```ts
 * hashPartitions().of('user:42'); // 3991
 * ```
 * @throws RangeError for a number of partitions or a seed out of range; TypeError for an unknown hash.
 */
export function hashPartitions(options: HashPartitionsOptions = {}): Partitioner {
  const { partitions = 4_096, hash = 'xxh32', seed = 0 } = options;
  checkInteger('partitions', partitions, 1, MOST_PARTITIONS);
  checkInteger('seed', seed, 0, 0xffffffff);
  if (!Object.hasOwn(hashes, hash)) {
    throw new TypeError(`hash must be one of ${Object.keys(hashes).join(', ')}, got ${shown(hash)}`);
  }
  const digest = hashes[hash];
  const modulus = BigInt(partitions);
  return {
    id: `hash:${hash}:${partitions}:${seed}`,
    partitions,
    of(key) {
      const value = digest(hashableOf(key), seed);
      return typeof value === 'number' ? value % partitions : Number(value % modulus);
    },
  };
}
