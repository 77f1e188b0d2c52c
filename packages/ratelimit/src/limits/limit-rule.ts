/** Generic cell rate algorithm: a steady rate with a burst, one number of state a key. The default. */
export interface GcraRule {
  readonly algorithm?: 'gcra';
  /** Units that come back in one `windowMs`. */
  readonly limit: number;
  readonly windowMs: number;
  /**
   * Capacity: units that may go at once after a rest.
   * @defaultValue `limit`
   */
  readonly burst?: number;
}

/** Token bucket: holds up to `burst` tokens and gains `limit` of them in every `windowMs`. */
export interface BucketRule {
  readonly algorithm: 'bucket';
  /** Tokens gained in one `windowMs`. */
  readonly limit: number;
  readonly windowMs: number;
  /**
   * Capacity.
   * @defaultValue `limit`
   */
  readonly burst?: number;
  /**
   * 'interval' adds `limit` tokens at once every `windowMs`, counted from the first use since it was full.
   * @defaultValue 'continuous'
   */
  readonly refill?: 'continuous' | 'interval';
}

/** Sliding window counter: the previous window counts by the part of it that the sliding one still covers. */
export interface SlidingRule {
  readonly algorithm: 'sliding';
  readonly limit: number;
  readonly windowMs: number;
}

/** Fixed window: the cheapest count, which admits up to twice the limit around an edge. */
export interface FixedRule {
  readonly algorithm: 'fixed';
  readonly limit: number;
  readonly windowMs: number;
  /**
   * Windows begin at multiples of `windowMs` since the epoch, not at the first hit.
   * @defaultValue false
   */
  readonly aligned?: boolean;
}

/** Sliding log: exact in every window, at the price of one entry a call. */
export interface LogRule {
  readonly algorithm: 'log';
  readonly limit: number;
  readonly windowMs: number;
}

/** An amount by the calendar of a time zone. */
export interface QuotaRule {
  readonly algorithm: 'quota';
  readonly limit: number;
  /** Weeks begin on Monday (ISO 8601). */
  readonly per: 'day' | 'week' | 'month' | 'year';
  /**
   * IANA name.
   * @defaultValue 'UTC'
   */
  readonly timeZone?: string;
  /**
   * Of month and year: the day on which the period begins, 1 to 31, clamped to the length of the month.
   * @defaultValue 1
   */
  readonly anchorDay?: number;
}

/** How many may be under way at once; taken with `lease`. */
export interface ConcurrencyRule {
  readonly algorithm: 'concurrency';
  readonly limit: number;
  /**
   * A lease not renewed for so many milliseconds is free again.
   * @defaultValue 30_000
   */
  readonly ttlMs?: number;
}

/** How much is allowed, as plain data: what a store decides by. `windowMs` in milliseconds. */
export type LimitRule = GcraRule | BucketRule | SlidingRule | FixedRule | LogRule | QuotaRule | ConcurrencyRule;

/** The name of an algorithm. */
export type Algorithm = NonNullable<LimitRule['algorithm']>;
