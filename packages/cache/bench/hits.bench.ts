import { LRUCache } from 'lru-cache';
import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { type Cache, createCache } from '../src/index.ts';
import { keysInTurn, smallObject } from './keys.ts';
import {
  asyncCacheDedupe,
  bentocache,
  cacheable,
  cacheManager,
  type GetOrSet,
  lruWithFlights,
  TTL_MS,
} from './rivals.ts';

const KEYS = 1_024;
const load = async () => smallObject(0);

async function filled(tags?: readonly string[]): Promise<Cache> {
  const cache = createCache();
  for (let key = 0; key < KEYS; key++) {
    await cache.set(`user:${key}`, smallObject(key), { ttlMs: TTL_MS, ...(tags !== undefined && { tags }) });
  }
  return cache;
}

/** Calls it for all keys once, so that all that follows are hits. */
async function hitting(read: GetOrSet): Promise<() => unknown> {
  for (let key = 0; key < KEYS; key++) await read(`user:${key}`, load);
  const key = keysInTurn(KEYS);
  return () => read(key(), load);
}

async function hits(): Promise<readonly Case[]> {
  const cache = await filled();
  const lru = new LRUCache<string, object>({ max: 10_000, ttl: TTL_MS });
  for (let key = 0; key < KEYS; key++) lru.set(`user:${key}`, smallObject(key));
  const keys = Array.from({ length: 4 }, () => keysInTurn(KEYS));
  const of = (rival: number) => (keys[rival] as () => string)();
  const ns = await interleave({
    peek: () => cache.peek(of(0)),
    'lru-cache': () => lru.get(of(1)),
    get: () => cache.get(of(2)),
    getOrSet: () => cache.getOrSet(of(3), load),
    'lru-cache and a map of flights': await hitting(lruWithFlights()),
    'async-cache-dedupe': await hitting(asyncCacheDedupe(load)),
    bentocache: await hitting(bentocache()),
    cacheable: await hitting(cacheable()),
    'cache-manager': await hitting(cacheManager()),
  });
  const { peek, get, getOrSet, 'lru-cache': floor, ...peers } = ns;
  const { 'lru-cache and a map of flights': _floor, ...others } = peers;
  const fastest = { 'fastest rival': Math.min(...Object.values(others)) };
  return [
    { name: 'peek', unit: 'ns', value: peek, peers: { 'lru-cache': floor } },
    { name: 'get', unit: 'ns', value: get, peers },
    { name: 'getOrSet', unit: 'ns', value: getOrSet, peers },
    { name: 'get beside the fastest rival', unit: 'ns', value: get, peers: fastest },
    { name: 'getOrSet beside the fastest rival', unit: 'ns', value: getOrSet, peers: fastest },
  ];
}

/** With tags, and with 1,000 other tags invalidated meanwhile. */
async function taggedHits(): Promise<readonly Case[]> {
  const [plain, tagged, after] = [await filled(), await filled(['a', 'b', 'c', 'd', 'e']), await filled(['a'])];
  for (let tag = 0; tag < 1_000; tag++) await after.invalidate({ tags: [`other${tag}`] });
  const keys = Array.from({ length: 3 }, () => keysInTurn(KEYS));
  const of = (rival: number) => (keys[rival] as () => string)();
  const ns = await interleave({
    plain: () => plain.get(of(0)),
    tagged: () => tagged.get(of(1)),
    after: () => after.get(of(2)),
  });
  return [
    { name: 'get with 5 tags', unit: 'ns', value: ns.tagged, peers: { 'without tags': ns.plain } },
    {
      name: 'get after 1,000 invalidations of other tags',
      unit: 'ns',
      value: ns.after,
      peers: { 'without tags': ns.plain },
    },
  ];
}

/** What a hit in memory costs, over 1,024 keys. */
const bench: Bench = {
  name: 'hits',
  run: async () => [...(await hits()), ...(await taggedHits())],
};

export default bench;
