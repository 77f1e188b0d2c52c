import { XcError } from '@xc/core';
import type { SettledJob } from '../engine/stored-job.ts';

type Unsuccessful = Exclude<SettledJob, { readonly state: 'done' }>;

/** What `result()` rejects with for a job that ended without a result. */
export function resultError(job: Unsuccessful): XcError {
  const { id } = job;
  if (job.state === 'missing') return gone(`job ${id}`, id);
  if (job.state === 'cancelled') {
    const { reason } = job;
    const why = reason === undefined ? '' : `: ${reason}`;
    return new XcError('XC_QUEUE_CANCELLED', `job ${id} was cancelled${why}`, { details: { id, reason } });
  }
  const why = job.error === undefined ? '' : `: ${job.error.message}`;
  return new XcError('XC_QUEUE_DEAD', `job ${id} is dead (${job.reason})${why}`, {
    cause: job.error,
    details: { id, reason: job.reason },
  });
}

/** What `result()` rejects with when a job or a flow has not settled in time. */
export function resultTimeout(what: string, timeoutMs: number, id: string): XcError {
  return new XcError('XC_QUEUE_RESULT_TIMEOUT', `${what} has not settled within ${timeoutMs} ms`, {
    details: { id, timeoutMs },
    retryable: true,
  });
}

/** What is waited for is not there, or not any more. */
export function gone(what: string, id: string): XcError {
  return new XcError('XC_QUEUE_GONE', `there is no ${what}, or not any more`, { details: { id } });
}
