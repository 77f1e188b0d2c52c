import { isXcError, XcError } from '@xc/core';
import { closedError, queueFullError } from '../engine/pool-errors.ts';

/** The pool drains; with the message that generic-pool has for it. */
export function drainingError(pool: string): XcError {
  return reworded(closedError(pool), 'pool is draining and cannot accept work');
}

/** As many wait as may wait; with the message that generic-pool has for it. */
export function tooManyWaitError(pool: string, maxWaiting: number): XcError {
  return reworded(queueFullError(pool, maxWaiting, false), 'max waitingClients count exceeded');
}

/** It is not lent now: returned already, or not from this pool. */
export function notLentError(pool: string): XcError {
  return new XcError('XC_POOL_LEASE_ENDED', 'Resource not currently part of this pool', { details: { pool } });
}

/** Gives a timeout the name that code for generic-pool looks for; any other error stays as it is. */
export function facadeError(error: unknown): unknown {
  if (!isXcError(error, 'XC_POOL_TIMEOUT')) return error;
  const timeout = reworded(error, `ResourceRequest timed out: ${error.message}`);
  Object.defineProperty(timeout, 'name', { value: 'TimeoutError', configurable: true, writable: true });
  return timeout;
}

function reworded(error: XcError, message: string): XcError {
  const { code, cause, details, retryable } = error;
  return new XcError(code, message, { cause, details, retryable });
}
