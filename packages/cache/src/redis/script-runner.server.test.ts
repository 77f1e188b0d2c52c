import { eventually, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entryOf, openSpace } from '../../test/redis/space.ts';
import type { TierSpace } from '../tier/tier.ts';

let server: Awaited<ReturnType<typeof startRedis>>;
let client: Redis;
let admin: Redis;
beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.url);
  admin = new Redis(server.url);
});
afterAll(async () => {
  client.disconnect();
  admin.disconnect();
  await server[Symbol.asyncDispose]();
});

const set = (space: TierSpace, key: string, deadlineMs: number) =>
  space.set([{ key, entry: entryOf(1), stamp: 1n, maxBytes: 100 }], { deadlineMs });

/** A master that has become a replica, as in a failover. */
async function whileReplica<T>(work: () => Promise<T>): Promise<T> {
  await admin.replicaof('127.0.0.1', 1);
  try {
    return await work();
  } finally {
    await admin.replicaof('NO', 'ONE');
  }
}

test('asks again, within its deadline, a server that was a replica for a moment', async () => {
  const space = openSpace(client);
  let writing: ReturnType<typeof set> | undefined;
  await whileReplica(async () => {
    writing = set(space, '/k', 10_000);
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
  expect((await writing)?.[0]).toMatchObject({ state: 'stored' });
});

test('asks again for those of a batch that were refused', async () => {
  const space = openSpace(client);
  let dropping: ReturnType<TierSpace['drop']> | undefined;
  await whileReplica(async () => {
    const drops = ['/a', '/b', '/c'].map((key) => ({ key, soft: false }));
    dropping = space.drop(drops, { deadlineMs: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
  expect((await dropping)?.map(({ state }) => state)).toEqual(['dropped', 'dropped', 'dropped']);
});

test('says that it is a replica when it still is one at the end', async () => {
  const space = openSpace(client);
  await whileReplica(async () => {
    const began = performance.now();
    await expect(set(space, '/k', 200)).rejects.toMatchObject({ code: 'XC_REDIS_READONLY' });
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

test('rejects by its deadline, and drops the late answer', async () => {
  const space = openSpace(client);
  await set(space, '/k', 10_000);
  await admin.client('PAUSE', 500, 'ALL');
  const began = performance.now();
  await expect(space.read([{ key: '/k', fence: 'none' }], { deadlineMs: 100 })).rejects.toMatchObject({
    code: 'XC_REDIS_TIMEOUT',
  });
  expect(performance.now() - began).toBeLessThan(450);
  await eventually('it answers again', async () => {
    const { found } = await space.read([{ key: '/k', fence: 'none' }], { deadlineMs: 1_000 });
    return found[0]?.state === 'hit';
  });
});

test('rejects at once with the reason of its signal', async () => {
  const space = openSpace(client);
  const reason = new Error('enough');
  await expect(
    space.read([{ key: '/k', fence: 'none' }], { deadlineMs: 1_000, signal: AbortSignal.abort(reason) }),
  ).rejects.toBe(reason);
});
