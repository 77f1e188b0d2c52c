import { XcError } from '@xc/core';

/** Says that a throttle did not let the call through, because the other side accepts too few. */
export class ThrottledError extends XcError<'XC_BREAKER_THROTTLED'> {
  static {
    this.prototype.name = 'ThrottledError';
  }

  /** The share of calls refused at that time, from 0 to 1. */
  readonly rejection: number;
  /** The name of the throttle: marks this as a refusal, which no policy outside counts as a failure of the callee. */
  readonly refusedBy: string;

  constructor(refusedBy: string, rejection: number) {
    super('XC_BREAKER_THROTTLED', `throttle ${refusedBy} refused the call`, { details: { rejection, refusedBy } });
    this.rejection = rejection;
    this.refusedBy = refusedBy;
  }
}
