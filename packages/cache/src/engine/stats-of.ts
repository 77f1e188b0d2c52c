import type { CacheStats } from '../api/cache-stats.ts';
import type { NameSpace } from '../keys/name-space.ts';
import type { Engine } from './engine.ts';
import { isSuspect } from './trust.ts';

/** The figures of a namespace; the root counts everything. Looks at every entry, and is not for a hot path. */
export function cacheStats({ core }: Engine, space: NameSpace): CacheStats {
  const { shelf, shared, recovery, plan, coherent, metrics } = core;
  const { store } = shelf;
  const counts = core.countsWithin(space.path);
  const requests = counts.hits + counts.staleHits + counts.misses;
  const now = core.clock.monotonic();
  let items = 0;
  let suspects = 0;
  for (const slot of store?.slots() ?? []) {
    if (!space.covers(store?.key(slot) as string)) continue;
    items++;
    if (isSuspect(core, shelf.extra(slot), now)) suspects++;
  }
  metrics.sized(store?.items ?? 0, store?.bytes ?? 0, store?.windowRatio ?? 0);
  return {
    items,
    bytes: store?.bytes ?? 0,
    hits: counts.hits,
    staleHits: counts.staleHits,
    misses: counts.misses,
    l2Hits: counts.l2Hits,
    hitRate: requests === 0 ? 0 : (counts.hits + counts.staleHits) / requests,
    loads: counts.loads,
    loadErrors: counts.loadErrors,
    discardedFills: counts.discardedFills,
    evictions: counts.evictions,
    expirations: counts.expirations,
    invalidations: counts.invalidations,
    recoveryQueue: recovery.size,
    suspects,
    windowRatio: store?.windowRatio ?? 0,
    l2: shared === undefined ? 'none' : shared.gate.up ? 'up' : 'away',
    coherence: plan.coherence === undefined ? 'none' : coherent ? 'up' : 'gap',
  };
}
