import type { Skew } from './heat.ts';

/** How unevenly the costs of partitions lie on their owners. */
export function skewOf(owners: readonly string[], costs: ArrayLike<number>): Skew {
  const loads = new Map<string, number>();
  for (const [partition, owner] of owners.entries()) {
    loads.set(owner, (loads.get(owner) ?? 0) + (costs[partition] ?? 0));
  }
  const ordered = [...loads].sort(([aId, a], [bId, b]) => a - b || (aId < bId ? 1 : -1));
  const total = ordered.reduce((sum, [, load]) => sum + load, 0);
  const [hottest = '', most = 0] = ordered.at(-1) ?? [];
  if (total === 0) return { maxOverMean: 1, gini: 0, hottest };
  // Twice the area between the line of equals and the curve of the loads, from the smallest up.
  const ranked = ordered.reduce((sum, [, load], index) => sum + (index + 1) * load, 0);
  const gini = (2 * ranked) / (ordered.length * total) - (ordered.length + 1) / ordered.length;
  return { maxOverMean: most / (total / ordered.length), gini: Math.max(0, gini), hottest };
}
