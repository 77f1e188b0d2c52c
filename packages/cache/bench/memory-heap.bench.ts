import { LRUCache } from 'lru-cache';
import type { Bench, Case } from '../../../bench/case.ts';
import { createCache } from '../src/index.ts';
import { smallObject } from './keys.ts';
import { TTL_MS } from './rivals.ts';

const ENTRIES = 100_000;

/** Makes a cache, and gives what stores in it. */
type Make = () => (key: string, value: object) => unknown;

/** Bytes of heap, and of the arrays beside it, for each entry of a full cache: key, value, and whatever was set aside in advance. */
async function bytesPerEntry(make: Make): Promise<number> {
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
  // The first pays for what all share.
  await make()('first', {});
  const before = await settled();
  const store = make();
  for (let entry = 0; entry < ENTRIES; entry++) await store(`user:${entry}`, smallObject(entry));
  const bytes = ((await settled()) - before) / ENTRIES;
  // Still there when it was weighed.
  await store('last', {});
  return bytes;
}

function ours(policy: 'adaptive' | 'lru'): Make {
  return () => {
    const cache = createCache({ l1: { maxItems: ENTRIES, policy } });
    return (key, value) => cache.set(key, value, { ttlMs: TTL_MS });
  };
}

function lruCache(): (key: string, value: object) => unknown {
  const lru = new LRUCache<string, object>({ max: ENTRIES, ttl: TTL_MS });
  return (key, value) => lru.set(key, value);
}

/** What 100,000 small objects take of memory. */
const bench: Bench = {
  name: 'memory-heap',
  async run(): Promise<readonly Case[]> {
    const adaptive = await bytesPerEntry(ours('adaptive'));
    const plain = await bytesPerEntry(ours('lru'));
    const peers = { 'lru-cache': await bytesPerEntry(lruCache) };
    return [
      { name: 'bytes per entry', unit: 'bytes', value: adaptive, peers },
      { name: 'sketch and samples per entry', unit: 'bytes', value: adaptive - plain },
    ];
  },
};

export default bench;
