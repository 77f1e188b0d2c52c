import { XcError } from '@xc/core';

/** Thrown for every call of a queue that was closed. */
export function closedError(queue: string): XcError<'XC_QUEUE_CLOSED'> {
  return new XcError('XC_QUEUE_CLOSED', `queue '${queue}' is closed`, { details: { queue } });
}
