import type { Subscription } from '@xc/core';
import type { Topology } from './topology.ts';

/** Where a topology is kept. `@xc/shard/testing` has the contract that every store keeps. */
export interface TopologyStore extends AsyncDisposable {
  /** The newest one; `undefined` while nothing is stored. @throws XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE` */
  load(signal?: AbortSignal): Promise<Topology | undefined>;
  /**
   * Stores the next topology, if and only if nobody else has: true when the stored epoch was `expectedEpoch` (0: nothing
   * stored) and is now `next.epoch`. Atomic between processes.
   * @throws XcError `XC_SHARD_TOPOLOGY_INVALID` for a `next` that is not one epoch higher; `XC_SHARD_TOPOLOGY_UNAVAILABLE`.
   */
  cas(next: Topology, expectedEpoch: number, signal?: AbortSignal): Promise<boolean>;
  /**
   * Tells of new epochs, soon but not of each: who is told, loads. What `changed` throws reaches nobody.
   * @throws XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE` when the store is closed, or is closed meanwhile.
   */
  watch(changed: (epoch: number) => void): Promise<Subscription>;
}
