import type { Bench, Case } from '../../../bench/case.ts';
import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { createCache } from '../src/index.ts';
import { asyncCacheDedupe, bentocache, cacheable, cacheManager, type GetOrSet } from './rivals.ts';

const CALLERS = 1_000;
const LOAD_MS = 50;

interface Stampede {
  readonly loads: number;
  readonly ms: number;
}

/** 1,000 callers at once on one cold key: how often the loader ran, and how long all of them waited. */
async function stampede(make: (load: () => Promise<unknown>) => GetOrSet): Promise<Stampede> {
  let loads = 0;
  const load = () => {
    loads++;
    return new Promise((resolve) => setTimeout(resolve, LOAD_MS, { id: 1 }));
  };
  const read = make(load);
  const times: number[] = [];
  for (let round = 0; round < settings.rounds; round++) {
    const start = performance.now();
    await Promise.all(Array.from({ length: CALLERS }, () => read(`cold:${round}`, load)));
    times.push(performance.now() - start);
  }
  return { loads: loads / settings.rounds, ms: median(times) };
}

/** What a stampede costs. */
const bench: Bench = {
  name: 'cold-key',
  async run(): Promise<readonly Case[]> {
    const ours = await stampede(() => {
      const cache = createCache();
      return (key, load) => cache.getOrSet(key, load);
    });
    const peers = {
      'async-cache-dedupe': await stampede(asyncCacheDedupe),
      bentocache: await stampede(bentocache),
      cacheable: await stampede(cacheable),
      'cache-manager': await stampede(cacheManager),
    };
    const of = (what: keyof Stampede) =>
      Object.fromEntries(Object.entries(peers).map(([name, peer]) => [name, peer[what]]));
    return [
      { name: 'loads for 1,000 callers', unit: 'count', value: ours.loads, peers: of('loads') },
      { name: 'time for 1,000 callers', unit: 'ms', value: ours.ms, peers: { 'one load': LOAD_MS, ...of('ms') } },
    ];
  },
};

export default bench;
