import { LRUCache } from 'lru-cache';
import type { Bench, Case } from '../../../bench/case.ts';
import { createCache } from '../src/index.ts';
import { smallObject } from './keys.ts';
import { TTL_MS } from './rivals.ts';

const ENTRIES = 100_000;

/** Bytes of heap, and of the arrays beside it, that one more entry takes, its key and value included. */
async function bytesPerEntry(store: (key: string, value: object) => unknown): Promise<number> {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('needs --expose-gc');
  const settled = async () => {
    for (let turn = 0; turn < 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  await store('the first pays for what all share', {});
  const before = await settled();
  for (let entry = 1; entry < ENTRIES; entry++) await store(`user:${entry}`, smallObject(entry));
  return ((await settled()) - before) / ENTRIES;
}

async function perEntry(policy: 'adaptive' | 'lru'): Promise<number> {
  const cache = createCache({ l1: { maxItems: ENTRIES, policy } });
  const bytes = await bytesPerEntry((key, value) => cache.set(key, value, { ttlMs: TTL_MS }));
  await cache[Symbol.asyncDispose]();
  return bytes;
}

/** What 100,000 small objects take of memory. */
const bench: Bench = {
  name: 'memory-heap',
  async run(): Promise<readonly Case[]> {
    const adaptive = await perEntry('adaptive');
    const plain = await perEntry('lru');
    const lru = new LRUCache<string, object>({ max: ENTRIES, ttl: TTL_MS });
    const peers = { 'lru-cache': await bytesPerEntry((key, value) => lru.set(key, value)) };
    lru.clear();
    return [
      { name: 'bytes per entry', unit: 'bytes', value: adaptive, peers },
      { name: 'sketch and samples per entry', unit: 'bytes', value: adaptive - plain },
    ];
  },
};

export default bench;
