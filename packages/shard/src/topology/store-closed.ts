import { XcError } from '@xc/core';

/** Watching a store that is closed, or is closed meanwhile: nobody would ever end what that begins. */
export function storeClosed(): XcError<'XC_SHARD_TOPOLOGY_UNAVAILABLE'> {
  return new XcError('XC_SHARD_TOPOLOGY_UNAVAILABLE', 'the topology store is closed', { retryable: true });
}
