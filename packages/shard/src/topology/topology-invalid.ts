import { XcError } from '@xc/core';

/** A topology that cannot be one, or is not that of this partitioner. */
export function topologyInvalid(
  why: string,
  details: Readonly<Record<string, unknown>> = {},
): XcError<'XC_SHARD_TOPOLOGY_INVALID'> {
  return new XcError('XC_SHARD_TOPOLOGY_INVALID', `the topology is invalid: ${why}`, { details });
}
