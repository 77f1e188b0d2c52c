import { checkKey, type ShardKey } from '../keys/shard-key.ts';
import { checkInteger, shown } from '../keys/shown.ts';
import { isName } from '../pickers/picker.ts';
import { noPartition } from './no-partition.ts';
import { MOST_PARTITIONS, type Partitioner } from './partitioner.ts';

/** Options of {@link customPartitions}. */
export interface CustomPartitionsOptions {
  /** Names the function with all that decides its answers; another function needs another id. */
  readonly id: string;
  /** 1 to 65,536. */
  readonly partitions: number;
  /** Pure: the same key is in the same partition in every process and for ever. */
  readonly of: (key: ShardKey) => number;
}

/**
 * A function of your own.
 * @throws TypeError for an id or a function that is none; RangeError for a number of partitions out of range. Keys for which
 * the function answers anything but a partition: XcError `XC_SHARD_NO_PARTITION`; what is no key never comes to it: TypeError.
 */
export function customPartitions(options: CustomPartitionsOptions): Partitioner {
  const { id, partitions, of } = options;
  if (!isName(id)) throw new TypeError(`id must be a text without control characters, got ${shown(id)}`);
  checkInteger('partitions', partitions, 1, MOST_PARTITIONS);
  if (typeof of !== 'function') throw new TypeError(`of must be a function, got ${shown(of)}`);
  return {
    id,
    partitions,
    of(key) {
      checkKey(key);
      return partitionAmong(of(key), partitions);
    },
  };
}

/** @throws XcError `XC_SHARD_NO_PARTITION` for anything but one of so many partitions. */
export function partitionAmong(answer: unknown, partitions: number): number {
  if (Number.isInteger(answer) && (answer as number) >= 0 && (answer as number) < partitions) return answer as number;
  throw noPartition(`${shown(answer)} is not one of ${partitions}`, { partitions });
}
