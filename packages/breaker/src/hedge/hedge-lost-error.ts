import { XcError } from '@xc/core';

/** The reason that the signal of a losing attempt aborts with. No caller ever gets it. */
export class HedgeLostError extends XcError<'XC_BREAKER_HEDGE_LOST'> {
  static {
    this.prototype.name = 'HedgeLostError';
  }

  constructor() {
    super('XC_BREAKER_HEDGE_LOST', 'another attempt of the same call was faster');
  }
}
