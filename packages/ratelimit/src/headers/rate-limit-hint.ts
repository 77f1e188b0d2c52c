import type { LimitUnit } from '../limits/limit-unit.ts';

/** What a server has said of one of its limits. */
export interface RateLimitItem {
  /** Drafts 8 to 10 name their limits. */
  readonly name?: string;
  /** Units left. */
  readonly remaining: number;
  readonly limit?: number;
  /** Milliseconds until more is there. */
  readonly resetAfterMs?: number;
  readonly windowMs?: number;
  readonly unit?: LimitUnit | (string & {});
  /** Partition key: what the server counts this limit for. */
  readonly partition?: string;
}

/** What a server has said of its limits. */
export interface RateLimitHint {
  /** Units left, of the item that has the fewest. */
  readonly remaining?: number;
  /** Of the same item. */
  readonly limit?: number;
  /** Milliseconds until more is there, of the same item. */
  readonly resetAfterMs?: number;
  /** Milliseconds until the server wants to be asked again, of `Retry-After`; a day at most: ask again then. */
  readonly retryAfterMs?: number;
  /** All limits that it told of. */
  readonly items: readonly RateLimitItem[];
}
