import { XcError } from '@xc/core';

/** A failure that a `chaos` policy made up. */
export class ChaosError extends XcError<'XC_BREAKER_CHAOS'> {
  static {
    this.prototype.name = 'ChaosError';
  }

  /** What was injected. */
  readonly kind: 'failure';

  constructor(kind: 'failure' = 'failure') {
    super('XC_BREAKER_CHAOS', 'a failure was injected', { details: { kind }, retryable: true });
    this.kind = kind;
  }
}
