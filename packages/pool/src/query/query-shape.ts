import type { QueryOperation } from './query-operation.ts';

/** What is known of all statements of one shape. Milliseconds. */
export interface QueryShape {
  /** As `fingerprint` gives it; `other` for the shapes that were folded together. */
  readonly shape: string;
  /** How many have ended. */
  readonly count: number;
  /** How many of these failed. */
  readonly errors: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly maxMs: number;
  /** How many took `slowMs` or longer. */
  readonly slow: number;
}

/** How `QueryMonitor.top` sorts. */
export type QueryRank = 'total' | 'mean' | 'max' | 'count' | 'errors';

/** Adds up one shape. */
export class ShapeTally {
  readonly shape: string;
  readonly operation: QueryOperation;
  count = 0;
  errors = 0;
  totalMs = 0;
  maxMs = 0;
  slow = 0;

  constructor(shape: string, operation: QueryOperation) {
    this.shape = shape;
    this.operation = operation;
  }

  add(tookMs: number, failed: boolean, slow: boolean): void {
    this.count += 1;
    if (failed) this.errors += 1;
    if (slow) this.slow += 1;
    this.totalMs += tookMs;
    if (tookMs > this.maxMs) this.maxMs = tookMs;
  }

  merge(other: ShapeTally): void {
    this.count += other.count;
    this.errors += other.errors;
    this.slow += other.slow;
    this.totalMs += other.totalMs;
    this.maxMs = Math.max(this.maxMs, other.maxMs);
  }

  view(): QueryShape {
    const { shape, count, errors, totalMs, maxMs, slow } = this;
    return { shape, count, errors, totalMs, meanMs: totalMs / count, maxMs, slow };
  }
}
