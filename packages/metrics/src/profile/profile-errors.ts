import { XcError } from '@xc/core';

/** A CPU profile runs already in this process; the next one may begin when it is over. */
export class ProfileBusyError extends XcError<'XC_METRICS_PROFILE_BUSY'> {
  static {
    this.prototype.name = 'ProfileBusyError';
  }

  constructor() {
    super('XC_METRICS_PROFILE_BUSY', 'a profile is being taken in this process already', { retryable: true });
  }
}

/** The inspector of V8 refused. */
export class ProfileFailedError extends XcError<'XC_METRICS_PROFILE_FAILED'> {
  static {
    this.prototype.name = 'ProfileFailedError';
  }

  constructor(cause: unknown) {
    super('XC_METRICS_PROFILE_FAILED', 'the inspector could not take the profile', { cause });
  }
}
