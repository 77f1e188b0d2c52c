import { eventually, type PostgresServer, type Server, spawnWorker, startPostgres, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLocks, fencedUpdate } from '../../src/index.ts';
import { redisLockStore } from '../../src/redis/index.ts';
import type { Order, Said } from '../workers/holder.ts';

let redis: Server;
let postgres: PostgresServer;
let client: Redis;
const file = new URL('../workers/holder.ts', import.meta.url);

beforeAll(async () => {
  [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  client = new Redis(redis.port);
});
afterAll(async () => {
  client.disconnect();
  await Promise.all([redis[Symbol.asyncDispose](), postgres[Symbol.asyncDispose]()]);
});

test('a holder that was stopped past its ttl changes no row, and knows at its first step that it has lost', async () => {
  const db = new pg.Client(postgres.url);
  await db.connect();
  await db.query('CREATE TABLE jobs (id int PRIMARY KEY, value text, fence bigint)');
  await db.query("INSERT INTO jobs VALUES (1, 'new', NULL)");
  await using locks = createLocks({ store: redisLockStore(client, { deadlineMs: 5_000 }) });
  await using holder = await spawnWorker<Order, Said>(file);
  await holder.send({ do: 'hold', port: redis.port, name: 'job', ttlMs: 600 });
  const { fence } = (await holder.next()) as { fence: string };
  await holder.send({ do: 'write', postgres: postgres.url, value: 'by the first' });
  expect(await holder.next()).toMatchObject({ rows: 1, abortedAtFirstStep: false });

  await holder.pause();
  const lease = await locks.acquire('job', { waitMs: 20_000 });
  expect(lease.fence).toBeGreaterThan(BigInt(fence));
  const { sql, params } = fencedUpdate({
    table: 'jobs',
    set: { value: 'by the second' },
    where: { id: 1 },
    fence: lease.fence,
  });
  expect((await db.query(sql, [...params])).rowCount).toBe(1);
  await holder.resume();
  await holder.send({ do: 'write', postgres: postgres.url, value: 'by the first, late' });
  expect(await holder.next()).toEqual({ rows: 0, abortedAtFirstStep: true });
  const { rows } = await db.query('SELECT value, fence FROM jobs');
  expect(rows).toEqual([{ value: 'by the second', fence: String(lease.fence) }]);
  expect(lease.signal.aborted).toBe(false);
  await db.end();
});

test('when a holder is killed, the next one has the lock within its ttl', async () => {
  await using locks = createLocks({ store: redisLockStore(client, { deadlineMs: 5_000 }) });
  const holder = await spawnWorker<Order, Said>(file);
  await holder.send({ do: 'hold', port: redis.port, name: 'killed', ttlMs: 2_000 });
  const { fence } = (await holder.next()) as { fence: string };
  const next = locks.acquire('killed', { waitMs: 20_000 });
  await eventually('somebody waits', async () => (await locks.inspect('killed'))?.waiters === 1);
  await holder.kill();
  const killedAt = performance.now();
  expect((await next).fence).toBeGreaterThan(BigInt(fence));
  expect(performance.now() - killedAt).toBeLessThan(2_000 + 200);
  await holder[Symbol.asyncDispose]();
});

test('200 contenders in 4 processes count exactly', async () => {
  const workers = await Promise.all(Array.from({ length: 4 }, () => spawnWorker<Order, Said>(file)));
  try {
    await Promise.all(
      workers.map((worker) => worker.send({ do: 'count', port: redis.port, contenders: 50, rounds: 4 })),
    );
    const said = await Promise.all(workers.map((worker) => worker.next()));
    expect(said).toEqual(workers.map(() => ({ counted: 200 })));
    expect(await client.get('counter')).toBe('800');
    expect(await client.exists('xc:lock:{n:counter}')).toBe(0);
    expect(await client.pubsub('NUMSUB', 'xc:lock:{n:counter}:w')).toEqual(['xc:lock:{n:counter}:w', 0]);
  } finally {
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
});
