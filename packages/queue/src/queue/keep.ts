/** How many settled jobs are kept, and how long; the stricter one counts. `{ count: 0 }` keeps nothing. */
export interface Keep {
  /** @defaultValue no bound */
  readonly count?: number | undefined;
  /** @defaultValue no bound */
  readonly maxAgeMs?: number | undefined;
}
