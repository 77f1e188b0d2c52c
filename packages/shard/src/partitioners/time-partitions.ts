import type { KeyPart, ShardKey } from '../keys/shard-key.ts';
import { checkInteger, shown } from '../keys/shown.ts';
import { MOST_PARTITIONS, type Partitioner } from './partitioner.ts';

/** Options of {@link timePartitions}. */
export interface TimePartitionsOptions {
  /** How long a slice of time is, in milliseconds. */
  readonly everyMs: number;
  /** Where slice 0 begins, in epoch milliseconds. @defaultValue 0 */
  readonly originMs?: number;
  /** After so many slices the first partition has its turn again: 1 to 65,536. */
  readonly partitions: number;
}

/**
 * Puts what happened in one slice of time into one partition: `floor((t - originMs) / everyMs)` modulo the number of
 * partitions. A key is a time in epoch milliseconds.
 *
 * @throws RangeError for an option out of range.
 */
export function timePartitions(options: TimePartitionsOptions): Partitioner {
  const { everyMs, originMs = 0, partitions } = options;
  checkInteger('everyMs', everyMs, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('originMs', originMs, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('partitions', partitions, 1, MOST_PARTITIONS);
  const sliceOf = (key: ShardKey): number => Math.floor((timeOf(key) - originMs) / everyMs);
  const partitionOf = (slice: number): number => ((slice % partitions) + partitions) % partitions;
  return {
    id: `time:${everyMs}:${originMs}:${partitions}`,
    partitions,
    of: (key) => partitionOf(sliceOf(key)),
    between(from: KeyPart, to: KeyPart) {
      if (timeOf(from) >= timeOf(to)) return [];
      const first = sliceOf(from);
      const count = Math.ceil((timeOf(to) - originMs) / everyMs) - first;
      const found = Array.from({ length: Math.min(count, partitions) }, (_, index) => partitionOf(first + index));
      return found.sort((a, b) => a - b);
    },
  };
}

function timeOf(key: ShardKey): number {
  const time = typeof key === 'bigint' ? Number(key) : key;
  if (Number.isSafeInteger(time)) return time as number;
  throw new TypeError(`key must be a time in whole epoch milliseconds, got ${shown(key)}`);
}
