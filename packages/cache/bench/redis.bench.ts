import { BentoCache, bentostore } from 'bentocache';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { Redis } from 'ioredis';
import { callsPerSecond } from '../../../bench/callers.ts';
import type { Bench, Case } from '../../../bench/case.ts';
import { median } from '../../../bench/interleave.ts';
import { settings } from '../../../bench/settings.ts';
import { startBenchServer } from '../../redis/bench/bench-server.ts';
import { type Cache, createCache } from '../src/index.ts';
import { pubsub, redisTier } from '../src/redis/index.ts';

const KEYS = 1_024;
const TTL_MS = 3_600_000;
const LATE_MS = 10_000;
const value = { id: 7, name: 'Ada Lovelace', roles: ['reader', 'writer'], address: { city: 'London', zip: 'W1' } };
const names = Array.from({ length: KEYS }, (_, index) => `user:${index}`);
const keyOf = (index: number): string => names[index % KEYS] as string;

/** What the second level costs in Redis, beside bare commands on the same connection and beside another cache. */
const bench: Bench = {
  name: 'redis',
  async run() {
    await using server = await startBenchServer();
    const client = new Redis(server.port);
    // A machine that stops for a moment must not turn a round into one without Redis.
    const l2 = redisTier(client, { deadlineMs: LATE_MS });
    const coherence = pubsub(client, { deadlineMs: LATE_MS });
    await using distant = createCache({ name: 'distant', l1: false, l2, coherence, defaults: { ttlMs: TTL_MS } });
    await using whole = createCache({ name: 'whole', l2, coherence, defaults: { ttlMs: TTL_MS } });
    const bento = bentocache(server.port);
    try {
      return [
        ...(await hits(client, distant)),
        ...(await sets(client, distant)),
        ...(await tagOf(whole)),
        ...(await reload(whole, bento)),
      ];
    } finally {
      await bento.disconnect();
      client.disconnect();
    }
  },
};

export default bench;

function bentocache(port: number) {
  const connection = { host: '127.0.0.1', port };
  return new BentoCache({
    default: 'redis',
    stores: {
      redis: bentostore().useL2Layer(redisDriver({ connection })).useBus(redisBusDriver({ connection })),
    },
  });
}

async function hits(client: Redis, cache: Cache): Promise<readonly Case[]> {
  for (const key of names) {
    await cache.set(key, value);
    await client.set(`raw:${key}`, JSON.stringify(value), 'PX', TTL_MS);
  }
  const rivals = {
    ours: async (index: number) => found(await cache.get(keyOf(index))),
    raw: async (index: number) => found(JSON.parse((await client.get(`raw:${keyOf(index)}`)) as string)),
  };
  const cases: Case[] = [];
  for (const callers of [1, 64]) {
    const { ours, raw } = await callsPerSecond(rivals, callers);
    const name = callers === 1 ? 'hit, 1 caller' : 'hit, 64 callers';
    cases.push({ name, unit: 'ops/s', value: ours, peers: { 'raw GET + JSON.parse': raw } });
  }
  return cases;
}

async function sets(client: Redis, cache: Cache): Promise<readonly Case[]> {
  const { ours, raw } = await callsPerSecond(
    {
      ours: (index) => cache.set(keyOf(index), value),
      raw: (index) => client.set(`raw:${keyOf(index)}`, JSON.stringify(value), 'PX', TTL_MS),
    },
    1,
  );
  return [{ name: 'set, 1 caller', unit: 'ops/s', value: ours, peers: { 'raw SET PX + JSON.stringify': raw } }];
}

/** One tag on many keys: the keys do not count. */
async function tagOf(cache: Cache): Promise<readonly Case[]> {
  const [few, many] = settings.quick ? [100, 2_000] : [1_000, 100_000];
  const tagged = async (tag: string, count: number): Promise<void> => {
    for (let at = 0; at < count; at += 500) {
      const keys = Array.from({ length: Math.min(500, count - at) }, (_, index) => `${tag}:${at + index}`);
      await cache.setMany(
        keys.map((key) => [key, value] as const),
        { tags: [tag] },
      );
    }
  };
  await tagged('few', few);
  await tagged('many', many);
  const measured = await callsPerSecond(
    { few: () => cache.invalidate({ tags: ['few'] }), many: () => cache.invalidate({ tags: ['many'] }) },
    1,
  );
  return [
    {
      name: 'invalidate one tag on 100,000 keys',
      unit: 'ops/s',
      value: measured.many,
      peers: { 'on 1,000 keys': measured.few },
    },
  ];
}

/** 1,000 keys read after their tag was invalidated: all of them are loaded anew. */
async function reload(cache: Cache, bento: ReturnType<typeof bentocache>): Promise<readonly Case[]> {
  const keys = Array.from({ length: 1_000 }, (_, index) => `page:${index}`);
  const ours = async (): Promise<void> => {
    await cache.getOrSetMany(keys, async (missing) => missing.map(() => value), { tags: ['pages'] });
  };
  const theirs = async (): Promise<void> => {
    await Promise.all(
      keys.map((key) => bento.getOrSet({ key, factory: async () => value, ttl: TTL_MS, tags: ['pages'] })),
    );
  };
  await ours();
  await theirs();
  const times: { readonly ours: number[]; readonly theirs: number[] } = { ours: [], theirs: [] };
  for (let round = 0; round < settings.rounds; round += 1) {
    await cache.invalidate({ tags: ['pages'] });
    times.ours.push(await timed(ours));
    await bento.deleteByTag({ tags: ['pages'] });
    times.theirs.push(await timed(theirs));
  }
  return [
    {
      name: '1,000 keys after their tag was invalidated',
      unit: 'ops/s',
      value: 1e6 / median(times.ours),
      peers: { bentocache: 1e6 / median(times.theirs) },
    },
  ];
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function found(read: unknown): void {
  if (read === undefined) throw new Error('the bench wants every key in Redis');
}
