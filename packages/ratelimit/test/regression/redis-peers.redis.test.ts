import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createRateLimiter, type Limit } from '../../src/index.ts';
import { redisStore } from '../../src/redis/index.ts';
import { expectTidy } from '../redis/keyspace.ts';

// Faults that limiters on Redis have had; the first words say whose.
let client: Redis;
let prefix: string;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
beforeEach(() => {
  prefix = `${randomUUID()}:`;
});
afterEach(() => expectTidy(client, prefix));
afterAll(() => client.disconnect());

function limiterOf<const Limits extends Readonly<Record<string, Limit<string>>>>(limits: Limits) {
  return createRateLimiter({ limits, store: redisStore(client, { prefix }), deadlineMs: 10_000, denyCache: false });
}

test('rate-limiter-flexible#286, upstash/ratelimit-js#156 and #161: a rejected call consumes nothing', async () => {
  for (const algorithm of ['gcra', 'bucket', 'sliding', 'fixed', 'log'] as const) {
    await using limiter = limiterOf({ [algorithm]: { algorithm, limit: 10, windowMs: 600_000 } });
    await limiter.take('ada', { cost: 8 });
    for (let call = 0; call < 5; call += 1) {
      const rejected = await limiter.take('ada', { cost: 5 });
      expect(rejected.allowed).toBe(false);
      expect(rejected.limits[algorithm]?.remaining).toBe(2);
    }
    expect((await limiter.take('ada')).allowed).toBe(true);
    expect((await limiter.take('ada')).allowed).toBe(true);
    expect((await limiter.take('ada')).allowed).toBe(false);
  }
});

test('rate-limiter-flexible#150: of several limits none is charged when one refuses', async () => {
  const wide = { algorithm: 'fixed', limit: 100, windowMs: 600_000 } as const;
  await using limiter = limiterOf({ wide, narrow: { algorithm: 'fixed', limit: 3, windowMs: 600_000 } });
  for (let call = 0; call < 3; call += 1) await limiter.take('ada');
  for (let call = 0; call < 1_000; call += 50) {
    await Promise.all(Array.from({ length: 50 }, () => limiter.take('ada')));
  }
  expect((await limiter.peek('ada', { cost: 0 })).limits.wide?.remaining).toBe(97);
});

test('rate-limiter-flexible: a window of less than a second locks no key for ever', async () => {
  await using limiter = limiterOf({ api: { algorithm: 'fixed', limit: 1, windowMs: 500 } });
  await limiter.take('ada');
  const { retryAfterMs } = await limiter.take('ada');
  expect(retryAfterMs).toBeLessThanOrEqual(500);
  const [key] = await client.keys(`${prefix}*`);
  expect(await client.pttl(key as string)).toBeLessThanOrEqual(600);
  await expect.poll(async () => (await limiter.take('ada')).allowed, { timeout: 5_000 }).toBe(true);
});

test('upstash/ratelimit-js#95: no key is ever without a time to live', async () => {
  const escalate = { after: 2, withinMs: 60_000, blockMs: 1_000 };
  const rules = (['gcra', 'bucket', 'sliding', 'fixed', 'log'] as const).map((algorithm) => [
    algorithm,
    { algorithm, limit: 2, windowMs: 60_000, escalate },
  ]);
  const quota = { algorithm: 'quota', limit: 2, per: 'year' } as const;
  await using limiter = limiterOf({ ...Object.fromEntries(rules), quota });
  for (let call = 0; call < 6; call += 1) {
    const decision = await limiter.take('ada');
    await limiter.settle(decision, 2).catch(() => {});
  }
  await limiter.block('quota', 'ada', 5_000);
  const keys = await client.keys(`${prefix}*`);
  expect(keys.length).toBeGreaterThan(6);
  for (const key of keys) expect(await client.pttl(key), key).toBeGreaterThan(0);
});

test('upstash: the window before is weighed and not rounded down, so that the estimate never passes the limit', async () => {
  const windowMs = 1_000;
  await using limiter = limiterOf({ api: { algorithm: 'sliding', limit: 10, windowMs } });
  const allowedAt: number[] = [];
  await expect
    .poll(
      async () => {
        const { allowed, decidedAt } = await limiter.take('ada');
        if (allowed) allowedAt.push(decidedAt);
        return decidedAt - (allowedAt[0] ?? decidedAt);
      },
      { timeout: 10_000, interval: 5 },
    )
    .toBeGreaterThan(2.5 * windowMs);
  for (const at of allowedAt) {
    const start = Math.floor(at / windowMs) * windowMs;
    const current = allowedAt.filter((other) => other >= start && other <= at).length;
    const before = allowedAt.filter((other) => other >= start - windowMs && other < start).length;
    expect((before * (windowMs - (at - start))) / windowMs + current).toBeLessThanOrEqual(10 + 1e-6);
  }
});

test('redis-cell#41 and #50: a limit of zero refuses, and a huge one is a limit', async () => {
  await using limiter = limiterOf({ none: { limit: 0, windowMs: 1_000 }, huge: { limit: 1e12, windowMs: 1 } });
  const { allowed, retryAfterMs } = await limiter.take('ada', { only: ['none'] });
  expect([allowed, retryAfterMs]).toEqual([false, Number.POSITIVE_INFINITY]);
  expect((await limiter.take('ada', { only: ['huge'], cost: 1e12 })).allowed).toBe(true);
  expect((await limiter.take('ada', { only: ['huge'], cost: 1e12 + 1 })).allowed).toBe(false);
});

test('nestjs/throttler#1303: calls that come together are counted one after the other', async () => {
  await using limiter = limiterOf({ api: { algorithm: 'fixed', limit: 5, windowMs: 60_000 } });
  const decisions = await Promise.all(Array.from({ length: 50 }, () => limiter.take('ada')));
  expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(5);
});

test('bottleneck#118: a server that forgot the scripts is taught them again', async () => {
  await using limiter = limiterOf({ api: { limit: 5, windowMs: 60_000 } });
  await limiter.take('ada');
  await client.script('FLUSH');
  expect(await limiter.take('ada')).toMatchObject({ allowed: true, degraded: false, source: 'store' });
});

test('bottleneck#112: the clock of the server decides, whatever the clock of the application says', async () => {
  const clock = {
    now: () => 0,
    monotonic: () => performance.now(),
    sleep: async () => {},
    after: () => ({ cancel() {} }),
    every: () => ({ cancel() {} }),
  };
  const limits = { api: { algorithm: 'fixed', aligned: true, limit: 5, windowMs: 86_400_000 } } as const;
  await using limiter = createRateLimiter({ limits, store: redisStore(client, { prefix }), clock });
  const { decidedAt } = await limiter.take('ada');
  const [seconds] = await client.time();
  expect(Math.abs(decidedAt / 1_000 - Number(seconds))).toBeLessThan(60);
});

test('others: every key has a tag, and none is empty', async () => {
  await using limiter = createRateLimiter({
    limits: { a: { limit: 5, windowMs: 60_000 }, b: { algorithm: 'log', limit: 5, windowMs: 60_000 } },
    store: redisStore(client, { prefix }),
    tag: () => '{}',
    deadlineMs: 10_000,
  });
  for (const key of ['{}', '}', ' ', '{', 'a{}b']) await limiter.take(key);
  for (const key of await client.keys(`${prefix}*`)) expect(key).toContain('{%7B%7D}:');
});
