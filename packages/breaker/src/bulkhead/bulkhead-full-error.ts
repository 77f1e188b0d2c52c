import { XcError } from '@xc/core';

/** Says that a bulkhead had neither a slot nor a place in its queue, or gave the place to a more important call. */
export class BulkheadFullError extends XcError<'XC_BREAKER_BULKHEAD_FULL'> {
  static {
    this.prototype.name = 'BulkheadFullError';
  }

  readonly limit: number;
  /** How many calls waited at that time. */
  readonly queued: number;
  /** Milliseconds; above 0 for a call that was displaced. */
  readonly waitedMs: number;
  /** The name of the bulkhead: marks this as a refusal, which no policy outside counts as a failure of the callee. */
  readonly refusedBy: string;

  constructor(
    refusedBy: string,
    facts: { readonly limit: number; readonly queued: number; readonly waitedMs: number },
  ) {
    super('XC_BREAKER_BULKHEAD_FULL', `bulkhead ${refusedBy} is full`, {
      details: { limit: facts.limit, queued: facts.queued, waitedMs: facts.waitedMs, refusedBy },
      retryable: true,
    });
    this.limit = facts.limit;
    this.queued = facts.queued;
    this.waitedMs = facts.waitedMs;
    this.refusedBy = refusedBy;
  }
}
