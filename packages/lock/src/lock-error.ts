import { isXcError, XcError } from '@xc/core';

/** The codes of every error of locks at run time. */
export type LockErrorCode =
  | 'XC_LOCK_TIMEOUT'
  | 'XC_LOCK_LOST'
  | 'XC_LOCK_UNAVAILABLE'
  | 'XC_LOCK_REENTRANT'
  | 'XC_LOCK_CLOSED';

/** Somebody else had it all the time. */
export function timeoutError(name: string, waitMs: number): XcError<'XC_LOCK_TIMEOUT'> {
  const message = `lock ${JSON.stringify(name)} was not free within ${waitMs} ms`;
  return new XcError('XC_LOCK_TIMEOUT', message, { details: { name, waitMs }, retryable: true });
}

/** The lease cannot be trusted any more. */
export function lostError(name: string, fence: bigint, why: string): XcError<'XC_LOCK_LOST'> {
  const message = `lease on lock ${JSON.stringify(name)} is lost: ${why}`;
  return new XcError('XC_LOCK_LOST', message, { details: { name, fence: String(fence) } });
}

/** Nobody knows who holds it. */
export function unavailableError(name: string, cause: unknown): XcError<'XC_LOCK_UNAVAILABLE'> {
  if (isXcError(cause, 'XC_LOCK_UNAVAILABLE')) return cause;
  const message = `lock ${JSON.stringify(name)} cannot be had: its store does not answer`;
  return new XcError('XC_LOCK_UNAVAILABLE', message, { details: { name }, retryable: true, cause });
}

/** It would wait for itself. */
export function reentrantError(name: string): XcError<'XC_LOCK_REENTRANT'> {
  const message = `lock ${JSON.stringify(name)} is held by the very work that asks for it, which would wait for itself`;
  return new XcError('XC_LOCK_REENTRANT', message, { details: { name } });
}

/** The locks were disposed. */
export function closedError(): XcError<'XC_LOCK_CLOSED'> {
  return new XcError('XC_LOCK_CLOSED', 'the locks are disposed');
}
