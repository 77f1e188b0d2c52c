import { byShard, type Merge } from './merge.ts';

/** All rows, by shard id and in the order of each. */
export function mergeConcat<T>(): Merge<readonly T[], readonly T[]> {
  return { name: 'concat', combine: (parts) => byShard(parts).flatMap(({ part }) => part) };
}
