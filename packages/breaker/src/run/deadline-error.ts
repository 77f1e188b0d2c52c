import { XcError } from '@xc/core';

/** Says that the deadline of the run passed before the call had ended. */
export class DeadlineError extends XcError<'XC_BREAKER_DEADLINE'> {
  static {
    this.prototype.name = 'DeadlineError';
  }

  /** Monotonic milliseconds of the clock in use. */
  readonly deadline: number;

  constructor(deadline: number, options: { readonly cause?: unknown } = {}) {
    super('XC_BREAKER_DEADLINE', `the deadline of the call passed`, { ...options, details: { deadline } });
    this.deadline = deadline;
  }
}
