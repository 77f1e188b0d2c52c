import { type Server, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LimitOp, LimitStore, Step } from '../../src/index.ts';
import { redisStore } from '../../src/redis/index.ts';
import { expectTidy } from './keyspace.ts';
import { patient } from './real-store.ts';

let server: Server;
let client: Redis;
let store: LimitStore;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  client = new Redis(server.port);
  client.on('error', () => {});
  await client.flushall();
  store = patient(redisStore(client));
});
afterEach(async () => {
  await expectTidy(client, 'xc:rl:');
  client.disconnect();
});

const op: LimitOp = { name: 'api', key: 'ada', rule: { limit: 3, windowMs: 60_000 }, cost: 1, enforce: true };
const take = (...ops: LimitOp[]) => store.apply({ kind: 'take', ops });

test('decides right after SCRIPT FLUSH, on every kind of step', async () => {
  const receipt = (await take(op)).states[0]?.receipt as string;
  const slots: LimitOp = { ...op, name: 'slots', rule: { algorithm: 'concurrency', limit: 1 } };
  const steps: Step[] = [
    { kind: 'take', ops: [slots], lease: { id: 'a' } },
    { kind: 'peek', ops: [op] },
    { kind: 'adjust', ops: [{ ...op, receipt, by: 1 }] },
    { kind: 'renew', ops: [slots], lease: { id: 'a' } },
    { kind: 'release', ops: [slots], lease: { id: 'a' } },
    { kind: 'block', ops: [op], blockMs: 1 },
  ];
  for (const step of steps) {
    await client.script('FLUSH');
    await expect(store.apply(step)).resolves.toMatchObject({ now: expect.any(Number) });
  }
  expect((await store.apply({ kind: 'peek', ops: [{ ...op, cost: 0 }] })).states[0]?.remaining).toBeLessThanOrEqual(2);
});

test('goes on after its connection was killed', async () => {
  await take(op);
  const other = new Redis(server.port);
  await other.call('CLIENT', 'KILL', 'TYPE', 'normal');
  other.disconnect();
  expect((await take(op)).states[0]?.remaining).toBe(1);
});

test('begins afresh after a restart of the server', async () => {
  await take({ ...op, cost: 3 });
  await server.restart();
  expect((await take(op)).states[0]?.remaining).toBe(2);
});

test('fails a take while the server is out of memory, and still answers a peek', async () => {
  await take(op);
  await client.config('SET', 'maxmemory', '1');
  try {
    await expect(take(op)).rejects.toMatchObject({ code: 'XC_REDIS_OOM' });
    expect((await store.apply({ kind: 'peek', ops: [op] })).states[0]?.remaining).toBe(1);
  } finally {
    await client.config('SET', 'maxmemory', '0');
  }
  expect((await take(op)).states[0]?.remaining).toBe(1);
});

test('fails a take on a server that has become a replica', async () => {
  await take(op);
  await client.replicaof('127.0.0.1', 1);
  try {
    await expect(take(op)).rejects.toMatchObject({ code: 'XC_REDIS_READONLY' });
  } finally {
    await client.replicaof('NO', 'ONE');
  }
  expect((await take(op)).states[0]?.remaining).toBe(1);
});

test.for([
  ['text', (key: string) => client.set(key, 'hello', 'EX', 60)],
  ['no number', (key: string) => client.set(key, 'nan', 'EX', 60)],
  ['a text of sixteen characters', (key: string) => client.set(key, 'sixteen letters!', 'EX', 60)],
  ['a list', (key: string) => client.multi().rpush(key, 'x').expire(key, 60).exec()],
] as const)('fails a take that finds %s under a key, and charges nothing beside it', async ([, plant]) => {
  await plant('xc:rl:{ada}:api:g60000');
  const beside: LimitOp = { ...op, name: 'beside', rule: { algorithm: 'fixed', limit: 3, windowMs: 60_000 } };
  await expect(take(beside, op)).rejects.toMatchObject({ code: 'XC_REDIS_SCRIPT' });
  expect((await store.apply({ kind: 'peek', ops: [{ ...beside, cost: 0 }] })).states[0]?.remaining).toBe(3);
  expect((await take({ ...op, key: 'eve' })).allowed).toBe(true);
});

test.for(['bucket', 'sliding', 'fixed', 'log'] as const)(
  'fails a take that finds foreign data: %s',
  async (algorithm) => {
    const rule = { algorithm, limit: 3, windowMs: 60_000 };
    const key = `xc:rl:{ada}:api:${algorithm === 'bucket' ? 't' : algorithm[0]}60000`;
    await client.hset(key, { l: 'x', t: 'x', e: 'x', w: 'x', c: 'x', p: 'x' });
    await client.expire(key, 60);
    await expect(take({ ...op, rule })).rejects.toMatchObject({ code: 'XC_REDIS_SCRIPT' });
  },
);

test('answers within its deadline while the server stands still, and counts what it did not hear of', async () => {
  await take(op);
  await server.pause();
  try {
    const startedAt = performance.now();
    await expect(store.apply({ kind: 'take', ops: [op] }, { deadlineMs: 60 })).rejects.toMatchObject({
      code: 'XC_REDIS_TIMEOUT',
    });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(55);
  } finally {
    await server.resume();
  }
  expect((await take(op)).states[0]?.remaining).toBe(0);
});

test('gives up with the reason of a signal, and sends nothing once it has aborted', async () => {
  const reason = new Error('nobody waits');
  const signal = AbortSignal.abort(reason);
  await expect(store.apply({ kind: 'take', ops: [op] }, { signal })).rejects.toBe(reason);
  expect(await client.dbsize()).toBe(0);
});
