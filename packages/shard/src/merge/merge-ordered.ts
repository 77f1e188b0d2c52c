import { byShard, type Merge } from './merge.ts';
import { checkPage } from './page.ts';

/** Options of {@link mergeOrdered}. */
export interface MergeOrderedOptions<T> {
  /** The order that each shard has given its rows in. */
  readonly compare: (a: T, b: T) => number;
  /** Rows to leave out at the beginning of the merged answer. @defaultValue 0 */
  readonly offset?: number;
  /** Rows at most; each shard must have been asked for `shardLimit` of the page. @defaultValue all */
  readonly limit?: number;
  /** Of rows with an equal value the first counts alone; equal by `Object.is`, zeros aside. */
  readonly distinctBy?: (row: T) => unknown;
}

/** A shard's rows, and how far they are taken. */
interface Source<T> {
  readonly rows: readonly T[];
  readonly rank: number;
  at: number;
}

/**
 * Merges rows that each shard has ordered, as if all had been ordered together; equal ones by shard id. A heap of the shards:
 * n rows of k shards cost n log k, and only rows of the page are looked at.
 *
 * @throws RangeError for a page that is none; TypeError without a function to compare.
 */
export function mergeOrdered<T>(options: MergeOrderedOptions<T>): Merge<readonly T[], readonly T[]> {
  const { compare, offset = 0, limit = Number.POSITIVE_INFINITY, distinctBy } = options;
  if (typeof compare !== 'function') throw new TypeError('compare must be a function');
  if (distinctBy !== undefined && typeof distinctBy !== 'function')
    throw new TypeError('distinctBy must be a function');
  checkPage({ offset, ...(limit === Number.POSITIVE_INFINITY ? {} : { limit }) });
  return {
    name: 'ordered',
    combine(parts) {
      const merged: T[] = [];
      const seen = new Set<unknown>();
      let skipped = 0;
      if (limit === 0) return merged;
      for (const row of inOrder(byShard(parts), compare)) {
        if (distinctBy !== undefined) {
          const value = distinctBy(row);
          if (seen.has(value)) continue;
          seen.add(value);
        }
        if (skipped < offset) skipped += 1;
        else if (merged.push(row) >= limit) break;
      }
      return merged;
    },
  };
}

function* inOrder<T>(parts: readonly { readonly part: readonly T[] }[], compare: (a: T, b: T) => number): Generator<T> {
  const heap: Source<T>[] = [];
  const precedes = (a: Source<T>, b: Source<T>): boolean => {
    const order = compare(a.rows[a.at] as T, b.rows[b.at] as T);
    return order < 0 || (order === 0 && a.rank < b.rank);
  };
  const sink = (from: number): void => {
    const source = heap[from] as Source<T>;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && precedes(heap[child + 1] as Source<T>, heap[child] as Source<T>)) child += 1;
      if (!precedes(heap[child] as Source<T>, source)) break;
      heap[at] = heap[child] as Source<T>;
      at = child;
    }
    heap[at] = source;
  };
  for (const [rank, { part }] of parts.entries()) if (part.length > 0) heap.push({ rows: part, rank, at: 0 });
  for (let at = (heap.length >>> 1) - 1; at >= 0; at -= 1) sink(at);
  while (heap.length > 0) {
    const first = heap[0] as Source<T>;
    yield first.rows[first.at] as T;
    first.at += 1;
    if (first.at === first.rows.length) {
      const last = heap.pop() as Source<T>;
      if (heap.length > 0) heap[0] = last;
    }
    if (heap.length > 0) sink(0);
  }
}
