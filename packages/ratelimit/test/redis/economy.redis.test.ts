import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { LimitOp, LimitRule, LimitStore, Step } from '../../src/index.ts';
import { redisStore } from '../../src/redis/index.ts';
import { expectTidy } from './keyspace.ts';
import { patient } from './real-store.ts';

let client: Redis;
let store: LimitStore;
let prefix: string;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
beforeEach(() => {
  prefix = `${randomUUID()}:`;
  store = patient(redisStore(client, { prefix }));
});
afterEach(() => expectTidy(client, prefix));
afterAll(() => client.disconnect());

const op = (changes: Partial<LimitOp> = {}): LimitOp => ({
  name: 'api',
  key: 'ada',
  rule: { limit: 3, windowMs: 60_000 },
  cost: 1,
  enforce: true,
  ...changes,
});
const take = (...ops: readonly LimitOp[]) => store.apply({ kind: 'take', ops });

test('sends one command a step, whatever the step', async () => {
  const slots = op({ name: 'slots', rule: { algorithm: 'concurrency', limit: 1 } });
  const quota = op({ name: 'quota', rule: { algorithm: 'quota', limit: 9, per: 'month', timeZone: 'Asia/Beirut' } });
  const receipt = (await take(op())).states[0]?.receipt as string;
  const steps: readonly (readonly [Step, string])[] = [
    [{ kind: 'take', ops: [op()] }, 'evalsha'],
    [{ kind: 'take', ops: [op(), slots, quota], lease: { id: 'a' } }, 'evalsha'],
    [{ kind: 'peek', ops: [op(), quota] }, 'evalsha_ro'],
    [{ kind: 'adjust', ops: [op({ receipt, by: -1 })] }, 'evalsha'],
    [{ kind: 'renew', ops: [slots], lease: { id: 'a' } }, 'evalsha'],
    [{ kind: 'release', ops: [slots], lease: { id: 'a' } }, 'evalsha'],
    [{ kind: 'block', ops: [op()], blockMs: 5 }, 'evalsha'],
    [{ kind: 'clear', ops: [op(), slots, quota] }, 'unlink'],
  ];
  for (const [step] of steps) await store.apply(step);
  const monitor = await client.monitor();
  const sent: string[] = [];
  monitor.on('monitor', (_time: string, [command]: string[], source: string) => {
    if (source !== 'lua') sent.push((command as string).toLowerCase());
  });
  for (const [step] of steps) await store.apply(step);
  await client.echo('end');
  await expect.poll(() => sent.includes('echo')).toBe(true);
  monitor.disconnect();
  expect(sent.filter((command) => command !== 'echo' && command !== 'info')).toEqual(
    steps.map(([, command]) => command),
  );
});

test.for([1, 50, 500])('works with a window of %i ms, and leaves nothing behind', async (windowMs) => {
  const rules: LimitRule[] = [
    { limit: 2, windowMs },
    ...(['bucket', 'sliding', 'fixed', 'log'] as const).map((algorithm) => ({ algorithm, limit: 2, windowMs })),
  ];
  for (const [index, rule] of rules.entries()) {
    const [state] = (await take(op({ name: `limit${index}`, rule, cost: 2 }))).states;
    expect(state).toMatchObject({ allowed: true });
    expect(state?.resetAfterMs).toBeLessThanOrEqual(2 * windowMs);
  }
  await expect.poll(() => client.keys(`${prefix}*`), { timeout: 2 * windowMs + 1_000 }).toEqual([]);
});

test.for([
  ['gcra', { limit: 100, windowMs: 60_000 }, 140, 1],
  ['bucket', { algorithm: 'bucket', limit: 100, windowMs: 60_000 }, 170, 1],
  ['sliding', { algorithm: 'sliding', limit: 100, windowMs: 60_000 }, 170, 1],
  ['fixed', { algorithm: 'fixed', limit: 100, windowMs: 60_000 }, 170, 1],
  ['log', { algorithm: 'log', limit: 100, windowMs: 60_000 }, 500, 10],
] satisfies [string, LimitRule, number, number][])('keeps %s small', async ([, rule, most, calls]) => {
  // A key of 30 bytes in all, as a limiter with the usual prefix would have.
  const small = patient(redisStore(client, { prefix: 'xc:rl:' }));
  const one = op({ key: randomUUID().slice(0, 11), name: 'api', rule });
  for (let call = 0; call < calls; call += 1) await small.apply({ kind: 'take', ops: [one] });
  const [key] = await client.keys(`xc:rl:{${one.key}}*`);
  expect(key?.length).toBe(30);
  expect(Number(await client.memory('USAGE', key as string))).toBeLessThanOrEqual(most);
});

test('writes nothing for a peek, a cost of zero, or a refusal', async () => {
  const rules = ['bucket', 'sliding', 'fixed', 'log'] as const;
  for (const algorithm of rules) {
    const rule = { algorithm, limit: 1, windowMs: 60_000 };
    await store.apply({ kind: 'peek', ops: [op({ rule })] });
    await take(op({ rule, cost: 0 }));
    await take(op({ rule, cost: 2 }));
    await take(op({ rule }), op({ rule: { limit: 0, windowMs: 1_000 } }));
  }
  await take(op({ cost: 0 }));
  await take(op({ cost: 4 }));
  expect(await client.keys(`${prefix}*`)).toEqual([]);
});

test('lets a key live no longer than its state, also when units were given back', async () => {
  for (const algorithm of ['bucket', 'sliding', 'fixed', 'log'] as const) {
    const limit = op({ name: algorithm, rule: { algorithm, limit: 3, windowMs: 60_000 }, cost: 2 });
    const receipt = (await take(limit)).states[0]?.receipt as string;
    const { states } = await store.apply({ kind: 'adjust', ops: [{ ...limit, receipt, by: -1 }] });
    const [key] = await client.keys(`${prefix}{ada}:${algorithm}:*`);
    const lives = await client.pttl(key as string);
    expect(Math.abs(lives - (states[0]?.resetAfterMs ?? 0))).toBeLessThan(1_000);
    await store.apply({ kind: 'adjust', ops: [{ ...limit, receipt, by: -1 }] });
    expect(await client.exists(key as string)).toBe(0);
  }
});

test('lets a set of leases live as long as the last of them, and no longer', async () => {
  const slots = op({ rule: { algorithm: 'concurrency', limit: 3 } });
  const hold = (id: string, ttlMs: number) => store.apply({ kind: 'take', ops: [slots], lease: { id, ttlMs } });
  await hold('long', 60_000);
  await hold('short', 5_000);
  const key = `${prefix}{ada}:api:c`;
  expect(await client.pttl(key)).toBeGreaterThan(50_000);
  await store.apply({ kind: 'release', ops: [slots], lease: { id: 'long' } });
  expect(await client.pttl(key)).toBeLessThanOrEqual(5_100);
  await store.apply({ kind: 'release', ops: [slots], lease: { id: 'short' } });
  expect(await client.exists(key)).toBe(0);
});

test('adds many small charges up to one large one, to the last unit', async () => {
  // A seventh of a second is no whole number of microseconds.
  const rule = { limit: 7, windowMs: 3_600_000, burst: 700 };
  const fine = op({ rule });
  for (let taken = 1; taken <= 700; taken += 1) {
    const [state] = (await take(fine)).states;
    expect(state).toMatchObject({ allowed: true, remaining: 700 - taken });
  }
  expect((await take(fine)).allowed).toBe(false);
});

test('admits a burst of three at a rate of a thousand million', async () => {
  const fast = op({ rule: { limit: 1e9, windowMs: 60_000, burst: 3 } });
  expect((await take({ ...fast, cost: 3 })).states[0]).toMatchObject({ allowed: true, remaining: 0 });
  expect((await take({ ...fast, cost: 4 })).states[0]).toMatchObject({
    allowed: false,
    retryAfterMs: Number.POSITIVE_INFINITY,
  });
});

test('keeps count of limits and windows as large as they may be', async () => {
  const windowMs = 315_360_000_000;
  for (const algorithm of ['gcra', 'bucket', 'sliding', 'fixed'] as const) {
    const huge = op({ name: algorithm, rule: { algorithm, limit: 1e12, windowMs }, cost: 1e12 - 1 });
    // Three units come back in a millisecond, where they come back at all.
    const [first] = (await take(huge)).states;
    expect(first).toMatchObject({ allowed: true });
    expect(first?.remaining).toBeLessThan(1e6);
    const [second] = (await take({ ...huge, cost: 1e9 })).states;
    expect(second).toMatchObject({ allowed: false });
    expect(second?.remaining).toBeGreaterThanOrEqual(1);
    expect((await take({ ...huge, cost: 1 })).allowed).toBe(true);
  }
  const slow = op({ name: 'slow', rule: { limit: 1, windowMs, burst: 1e12 }, cost: 1e12 });
  expect((await take(slow)).states[0]?.resetAfterMs).toBeGreaterThan(3e23);
});

test('takes a client with a key prefix and one that wants numbers as text', async () => {
  const odd = client.duplicate({ keyPrefix: prefix, stringNumbers: true });
  const behind = patient(redisStore(odd));
  expect((await behind.apply({ kind: 'take', ops: [op({ cost: 2 })] })).states[0]?.remaining).toBe(1);
  await behind.apply({ kind: 'block', ops: [op()], blockMs: 60_000 });
  expect((await behind.apply({ kind: 'peek', ops: [op()] })).states[0]?.blocked).toBe(true);
  expect(await client.exists(`${prefix}xc:rl:{ada}:api:g60000`)).toBe(1);
  await behind.apply({ kind: 'clear', ops: [op()] });
  expect(await client.keys(`${prefix}*`)).toEqual([]);
  odd.disconnect();
});
