import { isXcError, systemClock } from '@xc/core';
import { MemoryLogger } from '@xc/core/testing';
import { eventually, startRedis, startSentinel } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { createQueue } from '../../src/index.ts';
import { redisEngine } from '../../src/redis/index.ts';

const clients: Redis[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

function connect(port: number): Redis {
  const client = new Redis({ port, host: '127.0.0.1', retryStrategy: () => 50 });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

async function code(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    return isXcError(error) ? error.code : String(error);
  }
}

test('says within its deadline that nothing was sent while Redis is away, and goes on when it is back', async () => {
  await using server = await startRedis({ appendOnly: true });
  const client = connect(server.port);
  const queue = createQueue('away', { engine: redisEngine(client, { deadlineMs: 300 }) });
  await queue.add('a', 1, { id: 'before' });
  await server.kill();
  await eventually('the client has noticed', () => client.status !== 'ready');
  const startedAt = systemClock.monotonic();
  expect(await code(queue.add('a', 1, { id: 'while' }))).toBe('XC_QUEUE_UNAVAILABLE');
  expect(systemClock.monotonic() - startedAt).toBeLessThan(2_000);
  await server.restart();
  await eventually('an add is taken again', async () => (await queue.add('a', 1, { id: 'after' })) !== undefined);
  expect((await queue.counts()).waiting).toBe(2);
  await queue.close();
});

test('is not open yet and says so when Redis was never there', async () => {
  const server = await startRedis();
  await server[Symbol.asyncDispose]();
  const queue = createQueue('never', { engine: redisEngine(connect(server.port), { deadlineMs: 200 }) });
  expect(await code(queue.add('a', 1))).toBe('XC_QUEUE_UNAVAILABLE');
  expect(await code(queue.counts())).toBe('XC_QUEUE_UNAVAILABLE');
  await queue.close();
});

test('asks an answer that does not come in vain, and takes the same id again', async () => {
  await using server = await startRedis();
  const queue = createQueue('hangs', { engine: redisEngine(connect(server.port), { deadlineMs: 300 }) });
  await queue.add('a', 1, { id: 'first' });
  await server.pause();
  const error = await queue.add('a', 1, { id: 'asked' }).catch((reason: unknown) => reason);
  expect(isXcError(error, 'XC_QUEUE_UNKNOWN_OUTCOME')).toBe(true);
  expect((error as { details: unknown }).details).toMatchObject({ ids: ['asked'] });
  await server.resume();
  const again = await eventually('it is taken', () => queue.add('a', 1, { id: 'asked' }));
  expect(['added', 'exists']).toContain(again.outcome);
  expect((await queue.counts()).waiting).toBe(2);
  await queue.close();
});

test('holds adds in order while Redis is away, up to a number, and sends them when it is back', async () => {
  await using server = await startRedis({ appendOnly: true });
  const engine = redisEngine(connect(server.port), { deadlineMs: 200, onUnavailable: 'buffer', bufferMax: 3 });
  const queue = createQueue('held', { engine });
  await queue.add('a', 0, { id: 'j0' });
  await server.kill();
  const refs = [];
  for (const id of ['j1', 'j2', 'j3']) refs.push(await queue.add('a', 1, { id }));
  expect(refs.map(({ outcome }) => outcome)).toEqual(['added', 'added', 'added']);
  expect(await code(queue.add('a', 1, { id: 'j4' }))).toBe('XC_QUEUE_FULL');
  await server.restart();
  await eventually('all are sent', async () => (await queue.counts()).waiting === 4);
  const { jobs } = await queue.list({ state: 'waiting' });
  expect(jobs.map(({ id }) => id)).toEqual(['j0', 'j1', 'j2', 'j3']);
  await queue.close();
});

test('holds as many in a second outage as in the first, takes of a batch what fits, and tells what was not sent', async () => {
  await using server = await startRedis({ appendOnly: true });
  const logger = new MemoryLogger();
  const engine = redisEngine(connect(server.port), { deadlineMs: 200, onUnavailable: 'buffer', bufferMax: 3 });
  const queue = createQueue('twice', { engine, logger });
  await queue.add('a', 0, { id: 'j0' });
  await server.kill();
  // Longer apart than a try to send them is off, so that they come while one is on its way.
  for (const id of ['j1', 'j2']) {
    await queue.add('a', 1, { id });
    await systemClock.sleep(150);
  }
  await server.restart();
  await eventually('all are sent', async () => (await queue.counts()).waiting === 3);
  await server.kill();
  const items = ['k1', 'k2', 'k3', 'k4', 'k5'].map((id) => ({ type: 'a', data: 1, options: { id } }));
  const taken = await queue.addMany(items);
  expect(taken.map((each) => (isXcError(each) ? each.code : each.outcome))).toEqual([
    ...['added', 'added', 'added'],
    ...['XC_QUEUE_FULL', 'XC_QUEUE_FULL'],
  ]);
  await queue.close();
  expect(logger.lines.map(({ fields }) => fields.unsent).filter((unsent) => unsent !== undefined)).toEqual([3]);
});

test('tells how many held adds were never sent when it closes', async () => {
  await using server = await startRedis();
  const engine = redisEngine(connect(server.port), { deadlineMs: 100, onUnavailable: 'buffer' });
  const queue = engine.open('unsent', {
    lanes: ['normal'],
    maxLostLeases: 3,
    ...{ maxWaiting: undefined, keep: undefined, perKey: undefined, concurrency: undefined, rate: undefined },
  });
  await server.kill();
  const record = {
    type: 'a',
    data: undefined,
    lane: 'normal',
    key: undefined,
    scheduledFor: undefined,
    settings: undefined,
  };
  const entry = { id: 'a', record, delayMs: 0, dueAt: undefined, expiresInMs: undefined, unique: undefined };
  await queue.add({ request: 'one', entries: [entry] });
  expect(await queue.close()).toEqual({ unsent: 1 });
});

test('confirms adds and flows on replicas, and says where that cannot be', async () => {
  await using sentinel = await startSentinel();
  const client = new Redis({ name: sentinel.name, sentinels: [...sentinel.addresses] });
  clients.push(client);
  const queue = createQueue('durable', {
    engine: redisEngine(client, { durability: 'replicas', replicas: 1, durabilityMs: 2_000 }),
  });
  expect((await queue.add('a', 1, { id: 'safe' })).outcome).toBe('added');
  expect((await queue.flow([{ name: 'one', type: 'a', data: 1 }])).jobs.one?.outcome).toBe('added');
  await queue.close();
  const tooMany = createQueue('durable', {
    engine: redisEngine(client, { durability: 'replicas', replicas: 9, durabilityMs: 50 }),
  });
  expect(await code(tooMany.add('a', 1, { id: 'there' }))).toBe('XC_QUEUE_NOT_DURABLE');
  expect((await tooMany.inspect('there'))?.state).toBe('waiting');
  const [refused] = await tooMany.addMany([{ type: 'a', data: 1 }]);
  expect(refused).toMatchObject({ code: 'XC_QUEUE_NOT_DURABLE' });
  const graph = [
    { name: 'first', type: 'a', data: 1, options: { id: 'first' } },
    { name: 'then', type: 'a', data: 2, after: ['first'] },
  ];
  // Once more: it is there, and as little safe as before.
  for (let turn = 0; turn < 2; turn += 1) {
    expect(await code(tooMany.flow(graph, { id: 'graph' }))).toBe('XC_QUEUE_NOT_DURABLE');
  }
  expect((await tooMany.inspect('first'))?.state).toBe('waiting');
  await tooMany.close();
});

test('refuses to wait for the disk on a server that cannot tell', async () => {
  await using server = await startRedis();
  const queue = createQueue('disk', { engine: redisEngine(connect(server.port), { durability: 'fsync' }) });
  expect(await code(queue.add('a', 1))).toBe('XC_QUEUE_UNSUPPORTED');
  await queue.close();
});

test('warns once, and is degraded, where the server may evict keys', async () => {
  await using server = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] });
  const logger = new MemoryLogger();
  const queue = createQueue('evicted', { engine: redisEngine(connect(server.port)), logger });
  await queue.add('a', 1);
  await queue.add('a', 2);
  const warnings = logger.lines.filter(({ level }) => level === 'warn');
  expect(warnings.map(({ message }) => message)).toEqual([
    'Redis may evict keys of the queue: its maxmemory-policy must be noeviction',
  ]);
  expect(warnings[0]?.fields).toMatchObject({ queue: 'evicted' });
  expect((await queue.probe().check(AbortSignal.timeout(2_000))).status).toBe('degraded');
  await queue.close();
});

test('leaves no connection behind, and a given subscriber open', async () => {
  await using server = await startRedis();
  const admin = connect(server.port);
  const client = connect(server.port);
  const count = async (): Promise<number> =>
    String(await admin.client('LIST'))
      .trim()
      .split('\n').length;
  await client.ping();
  const before = await count();
  const queue = createQueue('tidy', { engine: redisEngine(client) });
  const worker = queue.work(() => 'done');
  expect(await (await queue.add('a', 1)).result({ timeoutMs: 5_000 })).toBe('done');
  expect(await count()).toBe(before + 1);
  await worker.stop();
  await queue.close();
  await eventually('the connection is gone', async () => (await count()) === before);

  const subscriber = connect(server.port);
  const second = createQueue('tidy', { engine: redisEngine(client, { subscriber }) });
  const other = second.work(() => 'done');
  expect(await (await second.add('a', 2)).result({ timeoutMs: 5_000 })).toBe('done');
  await other.stop();
  await second.close();
  expect(subscriber.status).toBe('ready');
});
