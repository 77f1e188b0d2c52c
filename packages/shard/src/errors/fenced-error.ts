import { XcError } from '@xc/core';

/** What refused a write: its term, and the lowest that is let in. */
export interface Fence {
  readonly partition: number;
  readonly term: number;
  readonly minTerm: number;
}

/** Thrown by adapters when the data refuses a write of an old term. A router waits for the newer one and writes again. */
export class FencedError extends XcError<'XC_SHARD_FENCED'> {
  static {
    this.prototype.name = 'FencedError';
  }

  constructor({ partition, term, minTerm }: Fence) {
    super('XC_SHARD_FENCED', `partition ${partition} takes writes of term ${minTerm} and above, got ${term}`, {
      details: { partition, term, minTerm },
      retryable: true,
    });
  }
}
