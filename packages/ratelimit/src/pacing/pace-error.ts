import { XcError } from '@xc/core';

/** The call would have to wait longer than it may. */
export function paceError(retryAfterMs: number): XcError<'XC_RATELIMIT_PACE'> {
  return new XcError('XC_RATELIMIT_PACE', `the server wants no call for another ${Math.ceil(retryAfterMs)} ms`, {
    details: { retryAfterMs: Math.ceil(retryAfterMs), refusedBy: 'pacedFetch' },
    retryable: true,
  });
}
