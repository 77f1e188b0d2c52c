import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { hashPartitions } from '../partitioners/hash-partitions.ts';
import { redisAdapter, redisConnect } from './index.ts';

const partitioner = customPartitions({ id: 'test:by-length', partitions: 8, of: (key) => (key as string).length % 8 });
const { signal } = new AbortController();
const at = { shard: 'a', partition: 3, moveId: 'move', mover: 1 };
const route = { partitions: [3], term: 1, signal, replica: undefined };

let redis: Redis;
let older: Redis5;
beforeAll(() => {
  redis = new Redis(inject('redis'), { db: 13 });
  older = new Redis5(inject('redis'), { db: 13 });
});
beforeEach(async () => {
  await redis.flushdb();
});
afterAll(() => {
  redis.disconnect();
  older.disconnect();
});

const client = (options = {}, where = {}) =>
  redisConnect({ a: redis }, { partitioner, ...options })({ id: 'a' }, { ...route, ...where });

describe('answers as the client does', () => {
  const commands: readonly (readonly [string, ...(string | number)[]])[] = [
    ['set', 'key', 'text'],
    ['set', 'key', 'other', 'GET'],
    ['set', 'key', 'x', 'NX'],
    ['get', 'key'],
    ['get', 'non'],
    ['append', 'key', '!'],
    ['pexpire', 'key', 100_000],
    ['del', 'key'],
    ['hset', 'key', 'a', 1, 'b', 2],
    ['hgetall', 'key'],
    ['hmget', 'key', 'a', 'no', 'b'],
    ['hincrbyfloat', 'key', 'a', '0.5'],
    ['lpush', 'lis', 1, 2, 3],
    ['lrange', 'lis', 0, -1],
    ['lpop', 'lis', 2],
    ['lpop', 'non'],
    ['sadd', 'set', 'a'],
    ['smembers', 'set'],
    ['zadd', 'zet', 1.5, 'a', 2, 'b'],
    ['zadd', 'zet', 'INCR', 1, 'a'],
    ['zscore', 'zet', 'a'],
    ['zrange', 'zet', 0, -1, 'WITHSCORES'],
    ['zpopmin', 'zet', 1],
    ['xadd', 'stm', '1-1', 'a', 'b'],
    ['xgroup create', 'stm', 'g', '0'],
    ['xrange', 'stm', '-', '+'],
    ['xinfo groups', 'stm'],
    ['xautoclaim', 'stm', 'g', 'c', 0, '0'],
    ['object encoding', 'lis'],
    ['geoadd', 'geo', 13.4, 52.5, 'Berlin'],
    ['geopos', 'geo', 'Berlin', 'Rome'],
    ['bitfield', 'bit', 'SET', 'u8', 0, 255, 'OVERFLOW', 'FAIL', 'INCRBY', 'u8', 0, 1],
  ];
  test.each(['ioredis 6', 'ioredis 5'])('%s', async (library) => {
    const raw = library === 'ioredis 6' ? redis : (older as unknown as Redis);
    const calls = redisConnect({ a: raw }, { partitioner })({ id: 'a' }, route);
    const expected: unknown[] = [];
    for (const [command, key, ...args] of commands) {
      const [name, ...words] = command.split(' ') as [string];
      expected.push(await raw.call(name, ...words, key as string, ...args));
    }
    await raw.flushdb();
    const got: unknown[] = [];
    for (const [command, key, ...args] of commands) got.push(await calls.call(command, key as string, ...args));
    expect(got).toEqual(expected);
  });

  test('bytes go in and come out as they are', async () => {
    const bytes = Buffer.from([0, 255, 10]);
    const key = Uint8Array.from([107, 255, 121]);
    const calls = client({ partitioner: undefined });
    await calls.call('SET', key, bytes);
    expect(await calls.callBuffer('GET', key)).toEqual(bytes);
    expect(await calls.callBuffer('GETDEL', key)).toEqual(bytes);
  });

  test('an error of the server is that of the client', async () => {
    await redis.set('key', 'text');
    const messageOf = (call: Promise<unknown>) => call.then(() => 'none', ({ name, message }) => `${name} ${message}`); // biome-ignore format: one thing
    for (const [command, ...args] of [['lpush', 'x'], ['lrange', 0, 1], ['incr'], ['setrange', -1, 'x']] as const) {
      expect(await messageOf(client().call(command, 'key', ...args))).toBe(
        await messageOf(redis.call(command, 'key', ...args)),
      );
    }
  });
});

test('counting a HyperLogLog changes nothing', async () => {
  await client().call('PFADD', 'key', ...Array.from({ length: 500 }, (_, index) => `element ${index}`));
  const before = await redis.dumpBuffer('key');
  const count = await client().call('PFCOUNT', 'key');
  expect(await redis.dumpBuffer('key')).toEqual(before);
  expect(count).toBe(await redis.pfcount('key'));
  expect(await client().call('PFCOUNT', 'non')).toBe(0);
});

test('each command takes one round trip', async () => {
  const sent: string[] = [];
  const monitor = await new Redis(inject('redis'), { db: 13 }).monitor();
  await client().call('SET', 'key', 'first');
  monitor.on('monitor', (_time, [name], source) => source !== 'lua' && sent.push(name as string));
  await redis.echo('begin');
  await client().call('SET', 'key', 'text');
  await client().call('GET', 'key');
  await redis.echo('end');
  await expect.poll(() => sent).toContain('echo');
  await expect.poll(() => sent.filter((name) => name === 'echo')).toHaveLength(2);
  monitor.disconnect();
  const [begin, end] = [sent.indexOf('echo'), sent.lastIndexOf('echo')];
  expect(sent.slice(begin + 1, end).filter((name) => /^(evalsha|eval|set|get|hget)$/i.test(name))).toEqual([
    'evalsha',
    'get',
  ]);
});

test('a write of an old term is refused, and changes nothing; a read is not', async () => {
  const data = redisAdapter({ shards: { a: redis }, partitioner });
  await client().call('SET', 'key', 'before');
  await data.fence(at, 2, signal);
  await expect(client().call('SET', 'key', 'after')).rejects.toMatchObject({
    code: 'XC_SHARD_FENCED',
    details: { partition: 3, term: 1, minTerm: 2 },
    retryable: true,
  });
  expect(await client().call('GET', 'key')).toBe('before');
  await client({}, { term: 2 }).call('SET', 'key', 'after');
  expect(await client().call('GET', 'key')).toBe('after');
});

test('what is written is marked, what is read is not', async () => {
  const data = redisAdapter({ shards: { a: redis }, partitioner });
  await data.startCapture(at, signal);
  await client().call('SET', 'key', 'text');
  await client().call('EXISTS', 'not');
  expect((await data.changes(at, 10, signal)).keys).toEqual(['key']);
  expect(await redis.keys('xc:shard:*')).toContain('xc:shard:guard');
});

test('a call about several partitions marks the one that its key is in', async () => {
  const data = redisAdapter({ shards: { a: redis }, partitioner });
  const places = [3, 4].map((partition) => ({ ...at, partition, moveId: `move-${partition}` }));
  for (const place of places) await data.startCapture(place, signal);
  const several = { partitions: [3, 4] };
  await client({}, several).call('SET', 'key', 'text');
  // Who does not know the partitioner marks both, and whoever moves them knows.
  await client({ partitioner: undefined }, several).call('SET', 'keys', 'text');
  const changed = [];
  for (const place of places) changed.push((await data.changes(place, 10, signal)).keys);
  expect(changed).toEqual([['key'], ['keys']]);
  await data.fence(places[1] as typeof at, 5, signal);
  await client({}, several).call('SET', 'key', 'text');
  await expect(client({}, several).call('SET', 'keys', 'text')).rejects.toMatchObject({ code: 'XC_SHARD_FENCED' });
});

test('of several partitions each has its own term', async () => {
  const data = redisAdapter({ shards: { a: redis }, partitioner });
  await data.fence(at, 2, signal);
  const several = { partitions: [3, 4], term: 9, terms: [1, 9] };
  for (const known of [partitioner, undefined]) {
    await expect(client({ partitioner: known }, several).call('SET', 'key', 'text')).rejects.toMatchObject({
      details: { partition: 3, term: 1, minTerm: 2 },
    });
  }
  await client({}, several).call('SET', 'keys', 'text');
  expect(await redis.exists('key', 'keys')).toBe(1);
});

test('a key of another partition is refused, and so are our own', async () => {
  await expect(client().call('SET', 'longer', 'x')).rejects.toThrow(
    new TypeError('key must be in partition 3, where this call was sent, got one of partition 6'),
  );
  await expect(client().call('GET', 'longer')).rejects.toThrow(TypeError);
  await expect(client({ partitioner: undefined }).call('DEL', 'xc:shard:guard')).rejects.toThrow(/must not begin with/);
  await expect(client().call('SET', undefined as never, 'x')).rejects.toThrow(/^key must be a string or bytes, got/);
  await expect(client().call('MSET', 'key', 'x')).rejects.toThrow(/^command must be one about one key/);
  expect(await redis.dbsize()).toBe(0);
});

test('a replica is one of the shards by its name, else the primary answers; it takes no writes', async () => {
  await redis.set('key', 'here');
  const elsewhere = new Redis(inject('redis'), { db: 14 });
  const connect = redisConnect({ a: redis, 'a-replica': elsewhere }, { partitioner });
  expect(await connect({ id: 'a' }, { ...route, replica: 'a-replica' }).call('GET', 'key')).toBeNull();
  const other = connect({ id: 'a' }, { ...route, replica: 'b' });
  expect(await other.call('GET', 'key')).toBe('here');
  await expect(other.call('SET', 'key', 'x')).rejects.toThrow(/must be called on the primary/);
  expect(() => connect({ id: 'c' }, route)).toThrow(/^shard "c" must have a client/);
  elsewhere.disconnect();
});

test('refuses shards and options that are none', () => {
  const cluster = { status: 'ready', isCluster: true, evalsha: () => undefined, options: {} };
  for (const open of [redisConnect, (shards: never) => redisAdapter({ shards, partitioner: hashPartitions() })]) {
    expect(() => open({ a: cluster } as never)).toThrow(
      new TypeError('shard "a" must be one Redis server or the master behind Sentinel, got a Cluster'),
    );
    expect(() => open({ a: 'redis://x:secret@y' } as never)).toThrow(
      new TypeError('shard "a" must have a client of ioredis, got string'),
    );
    expect(() => open(undefined as never)).toThrow(TypeError);
  }
  expect(() => redisAdapter({ shards: {}, partitioner: undefined as never })).toThrow(TypeError);
  for (const deadlineMs of [0, -1, Number.NaN]) {
    expect(() => redisConnect({}, { deadlineMs })).toThrow(RangeError);
  }
});

test('an abort is told as it is', async () => {
  const reason = new Error('enough');
  const calls = client({}, { signal: AbortSignal.abort(reason) });
  await expect(calls.call('SET', 'key', 'x')).rejects.toBe(reason);
  await expect(calls.call('GET', 'key')).rejects.toBe(reason);
});
