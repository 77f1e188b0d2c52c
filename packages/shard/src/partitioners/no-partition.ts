import { XcError } from '@xc/core';

/** A key that belongs to no partition: an unknown region, an answer out of range. */
export function noPartition(why: string, details: Readonly<Record<string, unknown>>): XcError<'XC_SHARD_NO_PARTITION'> {
  return new XcError('XC_SHARD_NO_PARTITION', `the key has no partition: ${why}`, { details });
}
