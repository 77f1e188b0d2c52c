import { checkNext } from './check-next.ts';
import { checkTopology } from './check-topology.ts';
import { epochListener } from './epoch-listener.ts';
import { storeClosed } from './store-closed.ts';
import type { Topology } from './topology.ts';
import type { TopologyStore } from './topology-store.ts';

/**
 * Keeps a topology in this process: for tests, and for a service that is one process.
 * @throws XcError `XC_SHARD_TOPOLOGY_INVALID` for an initial topology that is none.
 */
export function memoryTopologyStore(initial?: Topology): TopologyStore {
  let stored = initial === undefined ? undefined : structuredClone(checkTopology(initial));
  const watchers = new Set<(epoch: number) => void>();
  let isClosed = false;
  return {
    async load(signal) {
      signal?.throwIfAborted();
      return structuredClone(stored);
    },
    async cas(next, expectedEpoch, signal) {
      signal?.throwIfAborted();
      checkNext(next, expectedEpoch);
      if ((stored?.epoch ?? 0) !== expectedEpoch) return false;
      stored = structuredClone(next);
      for (const changed of watchers) queueMicrotask(() => watchers.has(changed) && changed(next.epoch));
      return true;
    },
    async watch(changed) {
      if (isClosed) throw storeClosed();
      // A watcher of its own each time: the same function may watch twice.
      const watcher = epochListener(changed);
      watchers.add(watcher);
      return {
        async close() {
          watchers.delete(watcher);
        },
      };
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      watchers.clear();
    },
  };
}
