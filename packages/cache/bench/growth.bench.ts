import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { type Cache, createCache } from '../src/index.ts';
import { keysInTurn } from './keys.ts';

const LONGEST_MS = settings.quick ? 500 : 10_000;
const PAUSE_MS = 5;

async function holding(entries: number): Promise<Cache> {
  const cache = createCache({ l1: { maxItems: entries } });
  for (let entry = 0; entry < entries; entry++)
    await cache.set(`user:${entry}`, entry, { ttlMs: Number.POSITIVE_INFINITY });
  return cache;
}

/** Writes ever new keys into a full cache, and gives the longest write. */
async function longestWrite(entries: number): Promise<number> {
  const cache = await holding(entries);
  const end = performance.now() + LONGEST_MS;
  let longest = 0;
  for (let turn = 0, before = performance.now(); before < end; turn++) {
    // What it does by the time it gives the promise is all that it does; the collector's turns are not its own.
    const written = cache.set(`new:${turn}`, turn);
    const after = performance.now();
    longest = Math.max(longest, after - before);
    await written;
    before = performance.now();
  }
  return longest;
}

/** How the cost of a hit and of a write grows with what the cache holds. */
const bench: Bench = {
  name: 'growth',
  async run(): Promise<readonly Case[]> {
    const few = await holding(1_000);
    const many = await holding(1_000_000);
    const [of, ofMany] = [keysInTurn(1_000), keysInTurn(1_000, 1_000_000)];
    const ns = await interleave({ few: () => few.get(of()), many: () => many.get(ofMany()) });
    await many[Symbol.asyncDispose]();
    return [
      { name: 'get among 1,000,000 entries', unit: 'ns', value: ns.many, peers: { 'among 1,000': ns.few } },
      {
        name: 'longest write in 10 s of churn',
        unit: 'ms',
        value: await longestWrite(100_000),
        peers: { allowed: PAUSE_MS },
      },
    ];
  },
};

export default bench;
