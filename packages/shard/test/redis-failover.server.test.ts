import { eventually, type Server, startRedis, startSentinel } from '@xc/test-support';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import {
  createRebalancer,
  createRouter,
  createTopology,
  memoryJournal,
  memoryTopologyStore,
  type RebalancePlan,
} from '../src/index.ts';
import { redisAdapter, redisConnect } from '../src/redis/index.ts';
import { historyChecker } from '../src/testing/index.ts';
import { everyRow, owned, partitioner } from './redis-world.ts';

const { signal } = new AbortController();
const place = { shard: 'a', partition: 1, moveId: 'm', mover: 1 };
const route = { partitions: [1], term: 1, signal, replica: undefined };

function clientOf({ host, port }: Server): Redis {
  const client = new Redis(port, host, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  return client;
}

/** How long something took, and what it came to. */
async function timed(call: Promise<unknown>): Promise<{ readonly ms: number; readonly error: unknown }> {
  const since = performance.now();
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { ms: performance.now() - since, error };
}

test('nothing hangs while a server does not answer, and everything goes on when it does', async () => {
  await using server = await startRedis();
  const client = clientOf(server);
  const data = redisAdapter({ shards: { a: client }, partitioner });
  const redis = redisConnect({ a: client }, { deadlineMs: 500 })({ id: 'a' }, route);
  await redis.call('SET', 'key', 'text');
  await server.pause();
  const calls = [
    ...[data.claim(place, signal), data.fence(place, 2, signal), data.startCapture(place, signal)],
    ...[data.scan(place, undefined, 10, signal), data.read(place, ['key'], signal), data.digest(place, 4, signal)],
    ...[data.changes(place, 10, signal), data.apply(place, [{ key: 'key', row: undefined }], signal)],
    ...[redis.call('SET', 'key', 'other'), redis.call('GET', 'key')],
  ];
  for (const { ms, error } of await Promise.all(calls.map(timed))) {
    expect(error).toMatchObject({ code: 'XC_REDIS_TIMEOUT', retryable: true });
    expect(ms).toBeLessThan(7_000);
  }
  await server.resume();
  await eventually(
    'the server answers',
    async () => typeof (await redis.call('STRLEN', 'key').catch(() => '')) === 'number',
  );
  await data.fence(place, 2, signal);
  await expect(redis.call('SET', 'key', 'x')).rejects.toMatchObject({ code: 'XC_SHARD_FENCED' });
  await server.kill();
  const away = await timed(redis.call('SET', 'key', 'x'));
  expect(away.error).toMatchObject({ retryable: true });
  expect(away.ms).toBeLessThan(3_000);
  client.disconnect();
});

test('a server that dies in mid-copy comes back, and the move is resumed', async () => {
  const servers = await Promise.all([1, 2].map(() => startRedis({ appendOnly: true })));
  const [source, target] = servers as [Server, Server];
  const shards = { a: clientOf(source), b: clientOf(target) };
  const store = memoryTopologyStore(
    createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }], owners: owned(['a']) }),
  );
  await using router = await createRouter({ partitioner, store, connect: redisConnect(shards, { partitioner }) });
  const history = historyChecker();
  const put = (key: string, value: string) =>
    history.write(key, value, () => router.write(key, (redis) => redis.call('SET', key, value)));
  for (let n = 0; n < 500; n += 1) await put(`key-${n}`, 'first');
  let copied = 0;
  await using mover = createRebalancer({
    ...{ store, journal: memoryJournal(), adapter: redisAdapter({ shards, partitioner }) },
    ...{ batchRows: 5, perShard: 3, retry: { attempts: 1 }, keepSourceMs: 0 },
    throttle: () => {
      copied += 1;
      return 2;
    },
  });
  const running = mover.run(
    planOf(
      1,
      [0, 1, 2].map((partition) => [partition, 'a', 'b']),
    ),
    { jobId: 'move' },
  );
  await eventually('a part is copied', async () => copied > 6);
  await source.kill();
  await target.kill();
  const { ok } = await running;
  expect(ok).toBe(false);
  await Promise.all(servers.map((server) => server.restart()));
  let report = await mover.resume('move');
  for (let turn = 0; !report.ok && turn < 5; turn += 1) report = await mover.resume('move');
  expect(report.moves.map(({ phase, error }) => [phase, error])).toEqual(Array(3).fill(['done', undefined]));
  await router.refresh();
  for (let n = 0; n < 500; n += 50) await put(`key-${n}`, 'later');
  history.check({ rows: await everyRow(shards), ownerOf: (key) => router.locate(key).shard });
  for (const client of Object.values(shards)) client.disconnect();
  for (const server of servers) await server[Symbol.asyncDispose]();
});

test('a master behind Sentinel is replaced in mid-move, and what it was told is still so', async () => {
  await using sentinel = await startSentinel();
  await using server = await startRedis();
  await sentinel.settled();
  const behind = new Redis({ sentinels: [...sentinel.addresses], name: sentinel.name, maxRetriesPerRequest: null });
  behind.on('error', () => undefined);
  const shards = { a: behind, b: clientOf(server) };
  const adapter = redisAdapter({ shards, partitioner });

  // What no replica has, a failover would undo: then it is not said to be so.
  const master = await sentinel.master();
  const replica = sentinel.nodes.find((node) => node !== master) as Server;
  await replica.pause();
  await expect(adapter.fence({ ...place, partition: 15 }, 5, signal)).rejects.toMatchObject({
    code: 'XC_SHARD_NOT_REPLICATED',
    retryable: true,
  });
  await replica.resume();
  await sentinel.settled();
  await adapter.fence({ ...place, partition: 15 }, 5, signal);

  const topology = createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }], owners: owned(['a', 'b']) });
  const store = memoryTopologyStore({ ...topology, terms: topology.terms.map((_, index) => (index === 15 ? 5 : 1)) });
  await using router = await createRouter({ partitioner, store, connect: redisConnect(shards, { partitioner }) });
  const history = historyChecker();
  const put = (key: string, value: string) =>
    history.write(key, value, () => router.write(key, (redis) => redis.call('SET', key, value)));
  for (let n = 0; n < 800; n += 1) await put(`key-${n}`, 'first');
  let copied = 0;
  await using mover = createRebalancer({
    ...{ store, journal: memoryJournal(), adapter, keepSourceMs: 0, batchRows: 5 },
    throttle: () => {
      copied += 1;
      return 2;
    },
  });
  const moves = [0, 2, 4].map((partition) => [partition, 'a', 'b'] as const);
  const others = [1, 3, 5].map((partition) => [partition, 'b', 'a'] as const);
  const running = mover.run(planOf(1, [...moves, ...others]), { jobId: 'swap' });
  await eventually('a part is copied', async () => copied > 10);
  // No write of a user is on its way: those that Redis itself may lose are not what is tested.
  await sentinel.failover();
  let report = await running;
  await sentinel.settled();
  await eventually('the client has found the new master', async () => {
    const [role, , replicas] = (await behind.role()) as [string, number, readonly unknown[]];
    return role === 'master' && replicas.length > 0;
  });
  for (let n = 0; n < 100; n += 1) await put(`key-${n}`, 'later');
  for (let turn = 0; !report.ok && turn < 5; turn += 1) report = await mover.resume('swap');
  expect(report.moves.map(({ phase, error }) => [phase, error])).toEqual(Array(6).fill(['done', undefined]));
  await router.refresh();
  history.check({ rows: await everyRow(shards), ownerOf: (key) => router.locate(key).shard });
  expect(await behind.hget('xc:shard:guard', '15:term')).toBe('5');
  for (const client of Object.values(shards)) client.disconnect();
});

function planOf(epoch: number, moves: readonly (readonly [number, string, string])[]): RebalancePlan {
  const balance = { utilisation: {}, maxOverMean: 1, minOverMean: 1 };
  return {
    epoch,
    moves: moves.map(([partition, from, to]) => ({ partition, from, to, cost: 1, why: 'balance' })),
    ...{ before: balance, after: balance, lowerBoundMoves: moves.length, notes: [] },
  };
}
