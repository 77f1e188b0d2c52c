import { XcError } from '@xc/core';

/** What BullMQ does not have is refused by name, never left out without a word. */
export function unsupported(feature: string): XcError<'XC_QUEUE_UNSUPPORTED'> {
  return new XcError('XC_QUEUE_UNSUPPORTED', `BullMQ has no ${feature}`, { details: { feature } });
}
