import { shown } from '../keys/shown.ts';
import { checkTopology } from './check-topology.ts';
import type { Topology } from './topology.ts';
import { topologyInvalid } from './topology-invalid.ts';

/**
 * Says that a topology can follow the one of an epoch.
 * @throws XcError `XC_SHARD_TOPOLOGY_INVALID`
 */
export function checkNext(next: Topology, expectedEpoch: number): void {
  if (!(Number.isSafeInteger(expectedEpoch) && expectedEpoch >= 0)) {
    throw topologyInvalid(`the expected epoch is ${shown(expectedEpoch)}`);
  }
  checkTopology(next);
  if (next.epoch !== expectedEpoch + 1)
    throw topologyInvalid(`epoch ${next.epoch} does not follow epoch ${expectedEpoch}`);
}
