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
  // Where numbers of Lua, and of JavaScript, are not exact any more.
  ['9007199254740991', '9007199254740992'],
  ['9007199254740992', '9007199254740993'],
  ['9007199254740993', '9007199254740994'],
  ['9223372036854775806', '9223372036854775807'],
])('after fence %s comes %s, though the clock of the server is behind', async ([stored, next]) => {
  await client.set(`${prefix}:{n:ahead}:f`, stored);
  await using locks = node(0);
  await using lease = await locks.acquire('ahead');
  expect(String(lease.fence)).toBe(next);
});

test.for([undefined, 2])('the greatest of fences is kept to its last digit, with %s permits', async (permits) => {
  const store = redisLockStore(client, { prefix });
  const claim = { name: `exact ${permits}`, owner: 'me', ttlMs: 20_000, permits };
  const key = `${prefix}:{n:${claim.name}}:f`;
  await store.acquire(claim);
  for (const [fence, kept] of [
    [9_007_199_254_740_992n, '9007199254740992'],
    [9_007_199_254_740_993n, '9007199254740993'],
    [9_007_199_254_740_992n, '9007199254740993'],
    [10_000_000_000_000_000n, '10000000000000000'],
    [9_999_999_999_999_999n, '10000000000000000'],
  ] as const) {
    expect(await store.renew(claim, fence)).toBe(true);
    expect(await client.get(key)).toBe(kept);
  }
  await store.release(claim);
  expect(await store.acquire(claim)).toEqual({ granted: true, fence: 10_000_000_000_000_001n });
  expect(await client.pttl(key)).toBeGreaterThan(86_000_000);
});

test('the longest of ttls is taken', async () => {
  await using locks = node(0);
  await using lease = await locks.acquire('long', { ttlMs: Number.MAX_SAFE_INTEGER });
  expect(lease.signal.aborted).toBe(false);
  await using permit = await locks.semaphore('long', 1).acquire('long', { ttlMs: Number.MAX_SAFE_INTEGER });
  expect(permit.signal.aborted).toBe(false);
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
