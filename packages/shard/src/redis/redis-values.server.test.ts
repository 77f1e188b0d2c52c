import { type Server, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Row } from '../moving/data-adapter.ts';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { redisAdapter } from './index.ts';

const partitioner = customPartitions({ id: 'test:one', partitions: 1, of: () => 0 });
const { signal } = new AbortController();
const source = { shard: 'a', partition: 0, moveId: 'values', mover: 1 };
const target = { ...source, shard: 'b' };

/** Keeps everything in another way than the first: other encodings, other order of hash tables, nothing compressed. */
const other = ['--hash-max-listpack-entries', '2', '--zset-max-listpack-entries', '2', '--set-max-intset-entries', '2']
  .concat(['--list-max-listpack-size', '2', '--rdbcompression', 'no', '--stream-node-max-entries', '3'])
  .concat(['--hll-sparse-max-bytes', '0']);

let servers: Server[];
let [a, b]: [Redis, Redis] = [] as never;
beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis({ args: other })]);
  [a, b] = servers.map(({ host, port }) => new Redis(port, host)) as [Redis, Redis];
});
afterEach(async () => {
  await Promise.all([a, b].map((client) => client.flushall()));
});
afterAll(async () => {
  for (const client of [a, b]) client.disconnect();
  for (const server of servers) await server[Symbol.asyncDispose]();
});

const adapter = () => redisAdapter({ shards: { a, b }, partitioner });

async function copyAll(): Promise<void> {
  const data = adapter();
  for (let after: string | undefined; ; ) {
    const { rows, next } = await data.scan(source, after, 7, signal);
    await data.apply(target, rows.map((row) => ({ key: row.key, row })), signal); // biome-ignore format: one thing
    if (next === undefined) return;
    after = next;
  }
}

const digests = (place: typeof source) => adapter().digest(place, 4, signal);
const same = async () => expect(await digests(target)).toEqual(await digests(source));

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
const bytes = Buffer.from([0, 255, 254, 10, 13, 128]);

/** A value of each kind: how the source comes by it, and what one changes about it so that it is another. */
const kinds: Record<
  string,
  { make(redis: Redis, key: string): Promise<unknown>; change(redis: Redis, key: string): Promise<unknown> }
> = {
  text: { make: (r, k) => r.set(k, 'text'), change: (r, k) => r.append(k, '!') },
  'a number': { make: (r, k) => r.incrby(k, 42), change: (r, k) => r.incr(k) },
  bytes: { make: (r, k) => r.set(k, bytes), change: (r, k) => r.setbit(k, 3, 1) },
  nothing: { make: (r, k) => r.set(k, ''), change: (r, k) => r.set(k, ' ') },
  'much text': { make: (r, k) => r.set(k, 'long '.repeat(50_000)), change: (r, k) => r.setrange(k, 200_000, 'X') },
  'a list': { make: (r, k) => r.rpush(k, 'b', 'a', bytes, '7'), change: (r, k) => r.rpoplpush(k, k) },
  'a long list': { make: (r, k) => r.rpush(k, ...numbers(1_000)), change: (r, k) => r.lset(k, 777, 'x') },
  'a set of numbers': { make: (r, k) => r.sadd(k, 3, 1, 2), change: (r, k) => r.sadd(k, 4) },
  'a set': { make: (r, k) => r.sadd(k, 'b', 'a', bytes, '7'), change: (r, k) => r.srem(k, 'a') },
  'a large set': {
    make: (r, k) => r.sadd(k, ...numbers(2_000).map((n) => `m${n}`)),
    change: (r, k) => r.srem(k, 'm5'),
  },
  'a hash': {
    make: (r, k) => r.hset(k, 'b', '1', 'a', bytes, 'c', ''),
    change: (r, k) => r.hset(k, 'a', '1', 'b', bytes),
  },
  'a large hash': {
    make: (r, k) => r.hset(k, ...numbers(2_000).map((n) => `f${n}`)),
    change: (r, k) => r.hset(k, 'f500', 'other'),
  },
  'a sorted set': {
    make: (r, k) => r.zadd(k, 1.1, 'b', '-inf', 'a', '+inf', bytes, 1e21, 'd', 0.1, 'e', '-0', 'f'),
    change: (r, k) => r.zincrby(k, 1e-9, 'b'),
  },
  'a large sorted set': {
    make: (r, k) => r.zadd(k, ...numbers(1_000).flatMap((n) => [n / 7, `m${n}`])),
    change: (r, k) => r.zadd(k, 3, 'm500'),
  },
  'an estimate': { make: (r, k) => r.pfadd(k, ...numbers(500)), change: (r, k) => r.pfadd(k, 'another') },
  'a stream': {
    make: async (r, k) => {
      for (const n of numbers(250)) await r.xadd(k, `1-${n + 1}`, 'n', n, 'bytes', bytes);
      await r.xgroup('CREATE', k, 'readers', '0');
      await r.xgroup('CREATE', k, 'others', '1-5');
      await r.xreadgroup('GROUP', 'readers', 'one', 'COUNT', 120, 'STREAMS', k, '>');
      await r.xack(k, 'readers', '1-3');
      await r.xdel(k, '1-9');
    },
    change: (r, k) => r.xack(k, 'readers', '1-100'),
  },
};

test.each(Object.keys(kinds))('%s is the same wherever it is, and another when it is changed', async (kind) => {
  const { make, change } = kinds[kind] as (typeof kinds)[string];
  await make(a, 'key');
  await a.set('beside', 'it');
  await copyAll();
  await same();
  const [before, bucket] = [await digests(target), (await digests(target)).findIndex(({ rows }) => rows > 0)];
  expect(bucket).toBeGreaterThanOrEqual(0);
  await change(b, 'key');
  const after = await digests(target);
  expect(after).not.toEqual(before);
  expect(after.map(({ rows }) => rows)).toEqual(before.map(({ rows }) => rows));
  // What only the target has learned is overwritten by what the source has.
  await copyAll();
  await same();
});

test('one kind is not taken for another', async () => {
  await a.rpush('key', 'a', 'b');
  await b.zadd('key', 1, 'a');
  expect(await digests(target)).not.toEqual(await digests(source));
  await a.del('key');
  await a.set('key', '1');
  await b.del('key');
  await b.sadd('key', '1');
  expect(await digests(target)).not.toEqual(await digests(source));
});

test('parts that read alike together are told apart', async () => {
  await a.rpush('key', 'ab', 'c');
  await b.rpush('key', 'a', 'bc');
  expect(await digests(target)).not.toEqual(await digests(source));
});

test('consumers and what they have in hand are part of a stream', async () => {
  await kinds['a stream']?.make(a, 'key');
  await copyAll();
  const [read, pending] = [await b.xinfo('GROUPS', 'key'), await b.xpending('key', 'readers')];
  expect(read).toEqual(await a.xinfo('GROUPS', 'key'));
  expect(pending).toEqual(await a.xpending('key', 'readers'));
  await b.xgroup('CREATECONSUMER', 'key', 'readers', 'two');
  expect(await digests(target)).not.toEqual(await digests(source));
});

test('a key ends at the same moment on both sides, and not a moment later', async () => {
  const ends = Date.now() + 100_000;
  await a.set('key', 'text', 'PXAT', ends);
  await a.set('stays', 'text');
  await copyAll();
  expect([await b.pexpiretime('key'), await b.pexpiretime('stays')]).toEqual([ends, -1]);
  await same();
  await b.pexpireat('key', ends + 1);
  expect(await digests(target)).not.toEqual(await digests(source));
  await copyAll();
  expect(await b.pexpiretime('key')).toBe(ends);
  await b.persist('key');
  expect(await digests(target)).not.toEqual(await digests(source));
});

test('a value that is applied after its end is not there', async () => {
  const data = adapter();
  await a.set('key', 'text', 'PX', 60);
  await b.set('key', 'older');
  const rows = await data.read(source, ['key'], signal);
  expect(rows).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await data.apply(target, rows.map((row) => ({ key: row.key, row })), signal); // biome-ignore format: one thing
  expect(await b.exists('key')).toBe(0);
  expect(await data.read(source, ['key'], signal)).toEqual([]);
});

test('keys that are no text are moved as they are', async () => {
  const odd = [bytes, Buffer.from('\u0000begins'), Buffer.alloc(0), Buffer.from([0xc3]), Buffer.from('\ufffd')];
  for (const [index, key] of odd.entries()) await a.set(key, index);
  await copyAll();
  for (const [index, key] of odd.entries()) expect(await b.get(key)).toBe(String(index));
  expect(await b.dbsize()).toBe(odd.length);
  await same();
  expect(await adapter().purge(target, 100, signal)).toBe(odd.length);
  expect(await b.dbsize()).toBe(0);
});

test('keys of our own stay where they are', async () => {
  await a.set('xc:shard:{cities}:topology', 'table');
  await a.set('xc:shards', 'of somebody else');
  await copyAll();
  expect(await b.keys('*')).toEqual(['xc:shards']);
  await adapter().purge(source, 10, signal);
  expect(await a.keys('*')).toEqual(['xc:shard:{cities}:topology']);
});

test('a value of many megabytes is moved and compared in pieces', async () => {
  await a.set('key', Buffer.alloc(50 * 1024 * 1024, 'megabytes'));
  await a.set('beside', 'it');
  await copyAll();
  expect(await b.strlen('key')).toBe(50 * 1024 * 1024);
  await same();
});

test('a value that the other server cannot read is refused, and says why', async () => {
  await a.set('key', 'text');
  const data = adapter();
  const [row] = await data.read(source, ['key'], signal);
  const { dump } = (row as Row).value as { dump: Buffer };
  const newer = Buffer.from(dump);
  newer.writeUInt16LE(0xffff, newer.length - 10);
  const change = { key: 'key', row: { key: 'key', value: { dump: newer, expiresAt: undefined } } };
  await expect(data.apply(target, [change], signal)).rejects.toMatchObject({
    code: 'XC_SHARD_VALUE',
    retryable: false,
  });
  await expect(data.apply(target, [{ key: 'key', row: { key: 'key', value: 'text' } }], signal)).rejects.toThrow(
    TypeError,
  );
});

test('no script that moves or compares usual values takes long', async () => {
  const pipeline = a.pipeline();
  for (const n of numbers(5_000)) pipeline.hset(`user:${n}`, { name: `name ${n}`, text: 'usual '.repeat(30), n });
  await pipeline.exec();
  for (const client of [a, b]) await client.config('RESETSTAT');
  await copyAll();
  await same();
  await adapter().purge(target, 500, signal);
  for (const client of [a, b]) {
    const [, took] = /cmdstat_evalsha:.*usec_per_call=([\d.]+)/.exec(await client.info('commandstats')) ?? [];
    // Ten times what they take on a quiet machine, a twentieth of what all keys at once would take.
    expect(Number(took)).toBeLessThan(3_000);
  }
});
