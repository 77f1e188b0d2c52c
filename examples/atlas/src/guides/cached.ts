import { createCache } from '@xc/cache';
import pg from 'pg';
import type { Answer, OpenGuide } from '../service/city-guide.ts';
import { openBare } from './bare.ts';

const FRESH_MS = 60_000;
const GRACE_MS = 3_600_000;

/**
 * The bare guide behind a cache: a question is asked once for all who ask it, its answer is kept for a while, and stands in for an
 * hour where the database gives none. Whoever loads the places anew says so by NOTIFY, and every answer is asked for again.
 */
export const openGuide: OpenGuide = async (context) => {
  const { service, clock, meter } = context;
  const guide = openBare(context, (store) => store);
  const cache = createCache({
    name: service,
    defaults: { ttlMs: FRESH_MS, graceMs: GRACE_MS, softTimeoutMs: 200, hardTimeoutMs: 4_000 },
    clock,
    meter,
  });

  const ears = new pg.Client({ connectionString: context.databaseUrl });
  // When the database dies there is nobody to listen to.
  ears.on('error', () => {});
  ears.on('notification', () => void cache.expire({ tags: ['places'] }));
  await ears.connect();
  await ears.query('LISTEN places_changed');

  async function cached<T>(key: string, ask: (signal: AbortSignal) => Promise<Answer<T>>): Promise<Answer<T>> {
    const value = await cache.getOrSet<T>(key, async ({ signal }) => (await ask(signal)).value, { tags: ['places'] });
    return { value, stale: (await cache.entry(key))?.state === 'stale' };
  }

  return {
    ...guide,
    place: (id) => cached(`city:${id}`, (signal) => guide.place(id, signal)),
    near: (point) => cached(`near:${point.lat},${point.lon}`, (signal) => guide.near(point, signal)),
    search: (beginning) => cached(`search:${beginning.toLowerCase()}`, (signal) => guide.search(beginning, signal)),
    health() {
      const { status, facts } = guide.health();
      const { hits, staleHits, misses, loads, items } = cache.stats();
      const hottest = cache.hotKeys(8).map(({ key, hits: asked, loadMs }, index) => {
        const saved = `${asked} hits x ${loadMs.toFixed(1)} ms = ${(asked * loadMs).toFixed(0)} ms saved`;
        return [`hot key ${index + 1}`, `${key}: ${saved}`];
      });
      return {
        status,
        facts: {
          ...facts,
          hits: `${hits}`,
          'stale hits': `${staleHits}`,
          misses: `${misses}`,
          loads: `${loads}`,
          'answers kept': `${items}`,
          ...Object.fromEntries(hottest),
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await ears.end().catch(() => {});
      await cache[Symbol.asyncDispose]();
      await guide[Symbol.asyncDispose]();
    },
  };
};
