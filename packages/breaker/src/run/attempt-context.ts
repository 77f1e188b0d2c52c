import type { CallContext } from '@xc/core';

/** What our policies hand to a task. */
export interface AttemptContext extends CallContext {
  /** 0 for the primary, 1 for the first hedge. */
  readonly hedge: number;
  readonly idempotent: boolean | undefined;
  /** 0 unless the run has one. */
  readonly priority: number;
}
