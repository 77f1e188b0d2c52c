import type { Topology } from '../topology/topology.ts';
import type { Router } from './router.ts';
import { RouterMetrics } from './router-metrics.ts';
import type { RouterOptions } from './router-options.ts';
import { settledRouterOptions } from './settled-router-options.ts';
import { ShardedRouter } from './sharded-router.ts';
import { TopologyFeed } from './topology-feed.ts';

/**
 * Opens a router on the topology of a store. It follows the store from then on, and goes on with what it knows while the store
 * is away.
 *
 * @example
 * ```ts
 * const partitioner = hashPartitions();
 * const store = memoryTopologyStore(createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }] }));
 * const pools = new Map([['a', poolA], ['b', poolB]]);
 * await using router = await createRouter({ partitioner, store, connect: ({ id }) => pools.get(id) });
 * const user = await router.read('user:42', (pool) => pool.query('select * from users where id = $1', [42]));
 * ```
 *
 * @throws TypeError or RangeError for options that are none; XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE` when the store has no
 * topology or does not answer, `XC_SHARD_TOPOLOGY_INVALID` when it is of another partitioner.
 */
export async function createRouter<C>(options: RouterOptions<C>): Promise<Router<C>> {
  const settled = settledRouterOptions(options);
  const { store, partitioner, refreshMs, leaseMs, mirror, heat, clock, logger, meter } = settled;
  // A lease that is renewed at its end only would be over at times.
  const lookEveryMs = mirror?.fencing === 'lease' ? Math.min(refreshMs, Math.ceil(leaseMs / 3)) : refreshMs;
  const metrics = new RouterMetrics(meter, clock);
  const feed = await TopologyFeed.open({
    store,
    partitioner,
    refreshMs: lookEveryMs,
    clock,
    logger,
    adopted: ({ epoch }: Topology) => metrics.epoch.set(epoch),
    looked: (staleMs, { owners }) => {
      metrics.staleSeconds.set(staleMs / 1_000);
      if (heat !== undefined) metrics.leaning(heat.skew(owners));
    },
  });
  return new ShardedRouter(settled, feed, metrics);
}
