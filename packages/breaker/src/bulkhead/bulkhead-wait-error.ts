import { XcError } from '@xc/core';

/** Says that a call waited in the queue of a bulkhead as long as calls may wait, and got no slot. */
export class BulkheadWaitError extends XcError<'XC_BREAKER_BULKHEAD_WAIT'> {
  static {
    this.prototype.name = 'BulkheadWaitError';
  }

  readonly limit: number;
  /** How many calls waited besides. */
  readonly queued: number;
  /** Milliseconds. */
  readonly waitedMs: number;
  /** The name of the bulkhead: marks this as a refusal, which no policy outside counts as a failure of the callee. */
  readonly refusedBy: string;

  constructor(
    refusedBy: string,
    facts: { readonly limit: number; readonly queued: number; readonly waitedMs: number },
  ) {
    super('XC_BREAKER_BULKHEAD_WAIT', `no slot of bulkhead ${refusedBy} became free within ${facts.waitedMs} ms`, {
      details: { limit: facts.limit, queued: facts.queued, waitedMs: facts.waitedMs, refusedBy },
      retryable: true,
    });
    this.limit = facts.limit;
    this.queued = facts.queued;
    this.waitedMs = facts.waitedMs;
    this.refusedBy = refusedBy;
  }
}
