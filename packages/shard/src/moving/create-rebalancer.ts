import { settledRebalancerOptions } from './job/settled-rebalancer-options.ts';
import type { Rebalancer } from './rebalancer.ts';
import type { RebalancerOptions } from './rebalancer-options.ts';
import { ShardRebalancer } from './shard-rebalancer.ts';

/**
 * Moves partitions between shards while reads and writes go on. Everything is written down before it is done, and can be done
 * twice: a process that dies at any instant leaves a job that `resume` goes on with, in any other process.
 *
 * @example
 * ```ts
 * await using rebalancer = createRebalancer({ store, journal: fileJournal('./moves'), adapter });
 * const plan = planRebalance(router.topology);
 * const report = await rebalancer.run(plan, { jobId: 'add-west' });
 * // Later, once the hour is over in which `reverse` would have taken everything back:
 * await rebalancer.finish('add-west');
 * ```
 *
 * @throws TypeError or RangeError for options that are none.
 */
export function createRebalancer(options: RebalancerOptions): Rebalancer {
  return new ShardRebalancer(settledRebalancerOptions(options));
}
