import { byShard, type Merge } from './merge.ts';
import { checkPage } from './page.ts';

/** Options of {@link mergeGroups}. */
export interface MergeGroupsOptions<T, K> {
  /** What the rows of one group have in common; compared as the keys of a `Map` are. */
  readonly by: (row: T) => K;
  /** One row of two of a group; of sums and counts their sums, never a mean of means. */
  readonly combine: (a: T, b: T) => T;
  /** The order of the answer. @defaultValue by first appearance, shard by shard */
  readonly compare?: (a: T, b: T) => number;
  /** Groups at most, of the merged and ordered answer. The shards themselves must not have limited theirs. */
  readonly limit?: number;
}

/**
 * GROUP BY over several shards: rows of one group become one row.
 * @throws RangeError for a limit that is none; TypeError without the functions.
 */
export function mergeGroups<T, K>(options: MergeGroupsOptions<T, K>): Merge<readonly T[], readonly T[]> {
  const { by, combine, compare, limit } = options;
  if (typeof by !== 'function' || typeof combine !== 'function')
    throw new TypeError('by and combine must be functions');
  checkPage(limit === undefined ? {} : { limit });
  return {
    name: 'groups',
    combine(parts) {
      const groups = new Map<K, T>();
      for (const { part } of byShard(parts)) {
        for (const row of part) {
          const key = by(row);
          const group = groups.get(key);
          groups.set(key, group === undefined && !groups.has(key) ? row : combine(group as T, row));
        }
      }
      const rows = [...groups.values()];
      if (compare !== undefined) rows.sort(compare);
      return limit === undefined ? rows : rows.slice(0, limit);
    },
  };
}
