import { XcError } from '@xc/core';

/** The reason of a signal, and what calls of a job reject with, once its lease has ended. */
export function lostLease(id: string): XcError<'XC_QUEUE_LOST_LEASE'> {
  return new XcError('XC_QUEUE_LOST_LEASE', `the lease of job ${id} has ended`, { details: { id } });
}

/** The reason of the signal of an attempt that took too long. */
export function timedOut(id: string, timeoutMs: number): XcError<'XC_QUEUE_TIMEOUT'> {
  return new XcError('XC_QUEUE_TIMEOUT', `job ${id} has not ended within ${timeoutMs} ms`, {
    details: { id, timeoutMs },
  });
}

/** The reason of the signal of a job that was cancelled. */
export function cancelled(id: string, reason: string | undefined): XcError<'XC_QUEUE_CANCELLED'> {
  const why = reason === undefined ? '' : `: ${reason}`;
  return new XcError('XC_QUEUE_CANCELLED', `job ${id} was cancelled${why}`, { details: { id, reason } });
}

/** The reason of the signals of a worker that stops and can wait no longer. */
export function stopping(queue: string): XcError<'XC_QUEUE_CLOSED'> {
  return new XcError('XC_QUEUE_CLOSED', `the worker of queue '${queue}' stops`, { details: { queue } });
}
