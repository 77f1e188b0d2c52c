import type { SqlDialect } from './dialect.ts';
import type { QueryRank, QueryShape } from './query-shape.ts';

/** Sees statements run: how long each shape takes, which are slow, and which are repeated for every row of another. */
export interface QueryMonitor {
  /**
   * Runs `run` and takes what becomes of it for what becomes of the statement `sql`; result and error pass through as they
   * are. `dialect` says how this one statement is read.
   */
  observe<R>(sql: string, run: () => PromiseLike<R>, dialect?: SqlDialect): Promise<R>;
  /**
   * The `count` shapes that are first by total, mean or longest time, number of statements, or number of errors.
   * @throws TypeError or RangeError when it cannot be sorted so, or `count` is neither an integer of at least 0 nor `Infinity`.
   */
  top(by: QueryRank, count: number): readonly QueryShape[];
  /** What runs now, oldest first. */
  running(): readonly { readonly shape: string; readonly forMs: number }[];
}
