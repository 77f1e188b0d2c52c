import { XcError } from '@xc/core';

/** The caller's `hardTimeoutMs` passed. */
export function timedOut(key: string, timeoutMs: number): XcError {
  return new XcError('XC_CACHE_TIMEOUT', `the value was not there within ${timeoutMs} ms`, {
    details: { key, timeoutMs },
    retryable: true,
  });
}

/** A loader would wait for itself. */
export function reentrant(key: string): XcError {
  return new XcError('XC_CACHE_REENTRANT', 'a loader waits for the key that it loads', { details: { key } });
}

/** The second level is away, and the caller does not go on without it. */
export function unavailable(cause: unknown): XcError {
  return new XcError('XC_CACHE_UNAVAILABLE', 'the second level of the cache is away', { cause, retryable: true });
}

/** The cache was disposed of. */
export function closed(): XcError {
  return new XcError('XC_CACHE_CLOSED', 'the cache is closed');
}
