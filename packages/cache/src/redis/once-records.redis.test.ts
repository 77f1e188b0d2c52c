import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryLogger, RecordingMeter } from '@xc/core/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { call, openSpace } from '../../test/redis/space.ts';
import type { Cache } from '../api/cache.ts';
import { createCache } from '../create-cache.ts';
import type { Tier, TierSpace } from '../tier/tier.ts';
import type { OnceAsk, OnceRecord } from '../tier/tier-once.ts';
import { redisTier } from './redis-tier.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

const ask: OnceAsk = { key: '/o', owner: 'a', leaseMs: 5_000, ttlMs: 60_000, onCrash: 'rerun' };
const begin = (space: TierSpace, more: Partial<OnceAsk> = {}): Promise<OnceRecord> =>
  space.onceBegin({ ...ask, ...more }, call);

test('lets one run, and the others know for how long', async () => {
  const space = openSpace(client);
  expect(await begin(space)).toMatchObject({ state: 'run', attempt: 1 });
  const busy = await begin(space, { owner: 'b' });
  expect(busy).toMatchObject({ state: 'busy' });
  expect((busy as { leftMs: number }).leftMs).toBeGreaterThan(4_000);
  expect(await space.onceFinish({ ...ask, owner: 'b', value: 0 }, call)).toBe(false);
  expect(await space.onceRenew({ ...ask, owner: 'b' }, call)).toBe(false);
  expect(await space.onceRenew({ ...ask, leaseMs: 50_000 }, call)).toBe(true);
  expect(((await begin(space, { owner: 'b' })) as { leftMs: number }).leftMs).toBeGreaterThan(40_000);
});

for (const value of [{ a: 1 }, null, undefined, '', 0, false]) {
  test(`remembers ${JSON.stringify(value) ?? 'undefined'}`, async () => {
    const space = openSpace(client);
    await begin(space);
    expect(await space.onceFinish({ ...ask, value }, call)).toBe(true);
    expect(await begin(space, { owner: 'b' })).toEqual({ state: 'done', value });
    expect(await begin(space)).toEqual({ state: 'done', value });
    expect(await client.pttl(`xc:c:${space.name}:{o:/o}`)).toBeGreaterThan(50_000);
  });
}

test('forgets what was abandoned by its owner, and by nobody else', async () => {
  const space = openSpace(client);
  const first = (await begin(space)) as { fence: bigint };
  await space.onceAbandon({ key: '/o', owner: 'b' }, call);
  expect(await begin(space, { owner: 'b' })).toMatchObject({ state: 'busy' });
  await space.onceAbandon(ask, call);
  const next = await begin(space, { owner: 'b' });
  expect(next).toMatchObject({ state: 'run', attempt: 1 });
  expect((next as { fence: bigint }).fence).toBeGreaterThan(first.fence);
});

test('compares fingerprints where both sides have one', async () => {
  const space = openSpace(client);
  await begin(space, { fingerprint: 'x' });
  expect(await begin(space, { owner: 'b', fingerprint: 'y' })).toEqual({ state: 'mismatch' });
  expect(await begin(space, { owner: 'b' })).toMatchObject({ state: 'busy' });
  await space.onceFinish({ ...ask, value: 1 }, call);
  expect(await begin(space, { owner: 'b', fingerprint: 'y' })).toEqual({ state: 'mismatch' });
  expect(await begin(space, { owner: 'b', fingerprint: 'x' })).toEqual({ state: 'done', value: 1 });
});

test('is taken over from an owner whose time is up, with a higher fence, or says that it crashed', async () => {
  const space = openSpace(client);
  const first = (await begin(space, { leaseMs: 20 })) as { fence: bigint };
  await sleep(30);
  expect(await begin(space, { owner: 'b', onCrash: 'reject' })).toEqual({ state: 'crashed' });
  const next = await begin(space, { owner: 'b' });
  expect(next).toMatchObject({ state: 'run', attempt: 2 });
  expect((next as { fence: bigint }).fence).toBeGreaterThan(first.fence);
  expect(await space.onceFinish({ ...ask, value: 'late' }, call)).toBe(false);
  expect(await space.onceFinish({ ...ask, owner: 'b', value: 'next' }, call)).toBe(true);
  expect(await begin(space, { owner: 'c' })).toEqual({ state: 'done', value: 'next' });
});

test('gives an owner that was overtaken what the one in its place has left', async () => {
  const tier = redisTier(client, { deadlineMs: 5_000 });
  const renewsNothing: Tier = { ...tier, open: (cache) => ({ ...tier.open(cache), onceRenew: async () => true }) };
  const name = randomUUID();
  await using stopped = createCache({ name, l2: renewsNothing });
  await using other = createCache({ name, l2: tier });
  let finish: (value: string) => void = () => {};
  let begin: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const first = stopped.once(
    'order',
    () => {
      begin();
      return new Promise<string>((resolve) => {
        finish = resolve;
      });
    },
    { leaseMs: 50 },
  );
  await begun;
  expect(await other.once('order', async ({ attempt }) => `attempt ${attempt}`)).toBe('attempt 2');
  finish('attempt 1');
  expect(await first).toBe('attempt 2');
});

test('what the codec cannot carry is given to the caller whose function it was, and never run for again', async () => {
  const name = randomUUID();
  const meter = new RecordingMeter();
  const logger = new MemoryLogger();
  const caches = [1, 2].map(() => createCache({ name, l2: redisTier(client, { deadlineMs: 2_000 }), meter, logger }));
  const [a, b] = caches as [Cache, Cache];
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const results: Record<string, unknown> = { bigint: 10n, cycle, function: () => 1 };
  let runs = 0;
  for (const [key, result] of Object.entries(results)) {
    const run = async () => {
      runs++;
      return result;
    };
    expect(await a.once(key, run, { leaseMs: 20 })).toBe(result);
    await sleep(30);
    for (const cache of [a, b]) await expect(cache.once(key, run)).rejects.toThrow(/has finished.*cannot carry/);
  }
  expect(runs).toBe(3);
  expect([a.stats().l2, b.stats().l2]).toEqual(['up', 'up']);
  expect(meter.value('xc_cache_l2_errors_total', { cache: name, operation: 'once', reason: 'unencodable' })).toBe(3);
  expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  for (const cache of caches) await cache[Symbol.asyncDispose]();
});
