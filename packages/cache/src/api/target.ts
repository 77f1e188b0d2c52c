/** What to invalidate; exactly one of its fields. Everything is said, never implied. */
export type Target =
  | { key: string }
  | { keys: readonly string[] }
  | { tags: readonly string[] }
  | { prefix: string }
  | { all: true };

/** What became of an invalidation. */
export interface Invalidation {
  /** Grows with every invalidation. */
  readonly version: bigint;
  /** False: the `l2` was away; the work is queued and memory here already obeys. */
  readonly delivered: boolean;
}
