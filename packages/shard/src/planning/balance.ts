import type { ShardInfo } from '../topology/topology.ts';

/** How evenly costs lie on shards. */
export interface Balance {
  /** Cost by weight, of each shard that is to have data or still has. */
  readonly utilisation: Readonly<Record<string, number>>;
  readonly maxOverMean: number;
  readonly minOverMean: number;
}

/** The mean is that of all costs over the weights of the shards named. */
export function balanceOf(shards: readonly ShardInfo[], loads: ReadonlyMap<string, number>): Balance {
  const weighed = shards.filter(({ weight = 1 }) => weight > 0);
  const uses = weighed.map(({ id, weight = 1 }) => [id, (loads.get(id) ?? 0) / weight] as const);
  const total = weighed.reduce((sum, { id }) => sum + (loads.get(id) ?? 0), 0);
  const mean = total / weighed.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const over = (use: number): number => (mean > 0 ? use / mean : 1);
  const values = uses.map(([, use]) => use);
  return {
    utilisation: Object.fromEntries(uses),
    maxOverMean: over(Math.max(...values)),
    minOverMean: over(Math.min(...values)),
  };
}
