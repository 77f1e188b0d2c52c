import { isXcError, XcError } from '@xc/core';
import { type ClusterLike, nodeKey, refreshClusterMap } from './cluster-map.ts';
import { type NodeScan, scanNode } from './scan-node.ts';

const SLOTS = 16_384;
const PAUSE_MS = 100;

/**
 * The keys of a cluster, node by node. A slot is done when the node that served it has been scanned and serves it still:
 * so a replica that took over is scanned from its beginning, and a slot that moved is scanned where it is now.
 */
export async function* scanSlots(cluster: ClusterLike, scan: NodeScan): AsyncGenerator<string[], void, void> {
  const { deadlineMs, signal, clock } = scan;
  const done = new Uint8Array(SLOTS);
  let lastBatchAt = clock.monotonic();
  let first = 0;

  while (first < SLOTS) {
    try {
      await refreshClusterMap(cluster, { deadlineMs, signal, clock });
      const key = masterOf(cluster, first);
      const node = cluster.nodes('master').find((candidate) => nodeKey(candidate) === key);
      if (key === undefined || node === undefined) throw notServed(first);
      const served = Array.from({ length: SLOTS }, (_, slot) => slot).filter((slot) => masterOf(cluster, slot) === key);
      for await (const keys of scanNode(node, scan)) {
        yield keys;
        lastBatchAt = clock.monotonic();
      }
      lastBatchAt = clock.monotonic();
      await refreshClusterMap(cluster, { deadlineMs, signal, clock });
      for (const slot of served) if (masterOf(cluster, slot) === key) done[slot] = 1;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      await pauseOrGiveUp(error);
    }
    while (first < SLOTS && done[first] === 1) first += 1;
  }

  async function pauseOrGiveUp(error: unknown): Promise<void> {
    const patient = clock.monotonic() - lastBatchAt < deadlineMs - PAUSE_MS;
    if (!patient || (isXcError(error) && !error.retryable)) throw error;
    await clock.sleep(PAUSE_MS, signal);
  }
}

/** A failover is under way, or part of the cluster is gone. */
function notServed(slot: number): XcError {
  const details = { command: 'SCAN', slot };
  return new XcError('XC_REDIS_UNAVAILABLE', `command SCAN: nobody serves slot ${slot}`, { details, retryable: true });
}

function masterOf(cluster: ClusterLike, slot: number): string | undefined {
  return cluster.slots[slot]?.[0];
}
