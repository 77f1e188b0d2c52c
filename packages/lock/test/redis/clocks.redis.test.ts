import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '@xc/core';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createLocks } from '../../src/index.ts';
import { redisLockStore } from '../../src/redis/index.ts';

const HOUR_MS = 3_600_000;
const prefix = randomUUID();
let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

/** A node whose wall clock is wrong. */
function node(offMs: number) {
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + offMs };
  return createLocks({ clock, store: redisLockStore(client, { prefix, deadlineMs: 20_000 }) });
}

test('nodes whose clocks are an hour off exclude each other, and fences grow over all of them', async () => {
  const nodes = [0, HOUR_MS, -HOUR_MS].map(node);
  let last = 0n;
  for (let round = 0; round < 3; round += 1) {
    for (const locks of nodes) {
      const lease = await locks.acquire('a', { ttlMs: 20_000 });
      for (const other of nodes) expect(await other.tryAcquire('a')).toBeUndefined();
      expect(lease.fence).toBeGreaterThan(last);
      expect(lease.signal.aborted).toBe(false);
      last = lease.fence;
      await lease.release();
    }
  }
  for (const locks of nodes) await locks[Symbol.asyncDispose]();
});

test.for<[stored: string, next: string]>([
  ['9007199254740000', '9007199254740001'],
  ['8999999999999999', '9000000000000000'],
])('after fence %s comes %s, though the clock of the server is behind', async ([stored, next]) => {
  await client.set(`${prefix}:{n:ahead}:f`, stored);
  await using locks = node(0);
  await using lease = await locks.acquire('ahead');
  expect(String(lease.fence)).toBe(next);
});

test('a fence that is behind gives way to the microseconds of the server', async () => {
  await client.set(`${prefix}:{n:behind}:f`, '795514400000000');
  const [seconds = 0, micros = 0] = await client.time();
  await using locks = node(0);
  await using lease = await locks.acquire('behind');
  expect(lease.fence).toBeGreaterThanOrEqual(BigInt(seconds) * 1_000_000n + BigInt(micros));
});

test('the fence of several names is one that no later one of any of them is below', async () => {
  await client.set(`${prefix}:{n:far ahead}:f`, '8000000000000000');
  await using locks = node(0);
  const all = await locks.acquireAll(['far ahead', 'another']);
  expect(all.fence).toBe(8_000_000_000_000_001n);
  await all.release();
  await using later = await locks.acquire('another');
  expect(later.fence).toBeGreaterThan(all.fence);
});
