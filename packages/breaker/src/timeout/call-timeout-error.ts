import { XcError } from '@xc/core';

/** Says that a call took longer than its `timeout` policy allows. Also the reason its signal aborts with. */
export class CallTimeoutError extends XcError<'XC_BREAKER_TIMEOUT'> {
  static {
    this.prototype.name = 'CallTimeoutError';
  }

  /** Milliseconds. */
  readonly afterMs: number;

  constructor(afterMs: number, options: { readonly cause?: unknown } = {}) {
    super('XC_BREAKER_TIMEOUT', `the call took longer than ${afterMs} ms`, {
      ...options,
      details: { afterMs },
      retryable: true,
    });
    this.afterMs = afterMs;
  }
}
