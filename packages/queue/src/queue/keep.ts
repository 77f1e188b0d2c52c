/** How many settled jobs are kept, and how long; the stricter one counts. `{ count: 0 }` keeps nothing. */
export interface Keep {
  /**
   * Never more than these. Over several shards each keeps its share: where the count is below their number some keep nothing.
   *
   * @defaultValue no bound
   */
  readonly count?: number | undefined;
  /** @defaultValue no bound */
  readonly maxAgeMs?: number | undefined;
}
