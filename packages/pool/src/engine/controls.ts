import type { PoolEngine } from './pool-engine.ts';

/** Pauses or resumes a pool. */
export function turn<T>(engine: PoolEngine<T>, state: 'running' | 'paused'): void {
  const { feed, settings } = engine.parts;
  const now = settings.clock.monotonic();
  engine.state = state;
  feed.tell({ type: state === 'paused' ? 'paused' : 'resumed', at: now });
  engine.pump(now);
}

/** Starts a new generation: nothing that is open now is lent again. */
export function startGeneration<T>(engine: PoolEngine<T>, interrupt: boolean): void {
  const { parts, supply } = engine;
  const { clock } = parts.settings;
  supply.generation++;
  parts.feed.tell({ type: 'cleared', at: clock.monotonic(), generation: supply.generation });
  const lent = supply.shelf.lent.toArray();
  supply.evictAll('stale');
  for (const entry of interrupt ? lent : []) {
    if (entry.state === 'lent') engine.take(entry, 'stale', 'the pool was cleared');
  }
  engine.pump(clock.monotonic());
}

/** The limit that a pool begins with; nobody has heard of another one. */
export function beginWithLimit<T>({ parts, supply }: PoolEngine<T>, limit: number): void {
  parts.metrics.limit.add(limit - supply.limit);
  supply.limit = limit;
}

/** How many may be open from now on; those beyond it are closed when nobody uses them. */
export function setLimit<T>(engine: PoolEngine<T>, limit: number, why: string): void {
  const { parts, supply } = engine;
  const { min, max } = supply;
  const at = parts.settings.clock.monotonic();
  beginWithLimit(engine, limit);
  parts.feed.tell({ type: 'resized', at, min, max, limit, why });
  supply.evictAll('surplus', true);
  supply.upkeep.idled();
  engine.pump(at);
}
