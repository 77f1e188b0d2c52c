import { XcError } from '@xc/core';
import type { Diagnosis } from '../diagnosis.ts';

/** No resource by the deadline; says what most likely kept it. */
export function timeoutError(pool: string, waitedMs: number, diagnosis: Diagnosis): XcError<'XC_POOL_TIMEOUT'> {
  const { verdict, advice, stats, suspects, lastCreateError } = diagnosis;
  const message = `pool ${pool} had no resource within ${Math.round(waitedMs)} ms (${verdict}): ${advice}`;
  return new XcError('XC_POOL_TIMEOUT', message, {
    cause: lastCreateError,
    details: { pool, waitedMs, stats, verdict, advice, suspects, refusedBy: pool },
    retryable: true,
  });
}

/** Nothing can be opened and nothing is open. */
export function createError(pool: string, cause: unknown, retryAfterMs: number): XcError<'XC_POOL_CREATE'> {
  const message = isNothing(cause) ? cause.message : `pool ${pool} cannot open a resource`;
  return new XcError('XC_POOL_CREATE', message, { cause, details: { pool, retryAfterMs }, retryable: true });
}

/** As many wait as may wait. `dropped`: this one waited already and made room for another. */
export function queueFullError(pool: string, maxWaiting: number, dropped: boolean): XcError<'XC_POOL_QUEUE_FULL'> {
  const message = dropped
    ? `pool ${pool} dropped a waiting borrower for another: only ${maxWaiting} may wait`
    : `pool ${pool} is full: ${maxWaiting} wait already`;
  return new XcError('XC_POOL_QUEUE_FULL', message, {
    details: { pool, maxWaiting, dropped, refusedBy: pool },
    retryable: true,
  });
}

/** As many keys as may be known are in use. */
export function keysFullError(pool: string, maxKeys: number): XcError<'XC_POOL_QUEUE_FULL'> {
  return new XcError('XC_POOL_QUEUE_FULL', `pool ${pool} is full: ${maxKeys} keys are in use already`, {
    details: { pool, maxKeys, dropped: false, refusedBy: pool },
    retryable: true,
  });
}

/** The pool drains or has drained. */
export function closedError(pool: string): XcError<'XC_POOL_CLOSED'> {
  return new XcError('XC_POOL_CLOSED', `pool ${pool} is closed`, { details: { pool } });
}

/** The lease was used after its end. */
export function leaseEndedError(pool: string, id: number, cause: unknown): XcError<'XC_POOL_LEASE_ENDED'> {
  const message = `the lease of resource ${id} of pool ${pool} has ended`;
  return new XcError('XC_POOL_LEASE_ENDED', message, { cause, details: { pool, id } });
}

/** The resource was taken from its borrower, for the reason given. */
export function lostError(pool: string, id: number, why: string, cause?: unknown): XcError<'XC_POOL_LOST'> {
  const message = `resource ${id} of pool ${pool} was lost: ${why}`;
  return new XcError('XC_POOL_LOST', message, { cause, details: { pool, id, why }, retryable: true });
}

/** `warm` did not get its resources open in time. */
export function warmupError(pool: string, opened: number, count: number, cause: unknown): XcError<'XC_POOL_WARMUP'> {
  const message = `pool ${pool} opened ${opened} of ${count} resources in time`;
  return new XcError('XC_POOL_WARMUP', message, { cause, details: { pool, opened, count }, retryable: true });
}

/** There is no resource of that pool in this async context. */
export function noResourceError(pool: string): XcError<'XC_POOL_NO_RESOURCE'> {
  const message = `there is no resource of pool ${pool} here: call it inside a method with @Pooled`;
  return new XcError('XC_POOL_NO_RESOURCE', message, { details: { pool } });
}

/** What a create that resolved to nothing failed with. */
export class NothingCreatedError extends TypeError {
  static {
    this.prototype.name = 'TypeError';
  }

  constructor() {
    super('create must return a resource, got undefined');
  }
}

function isNothing(cause: unknown): cause is NothingCreatedError {
  return cause instanceof NothingCreatedError;
}
