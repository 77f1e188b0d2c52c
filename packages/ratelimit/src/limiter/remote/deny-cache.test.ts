import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { faultyStore } from '../../../test/faulty-store.ts';
import { createRateLimiter } from '../create-rate-limiter.ts';
import type { RateLimiterOptions } from '../rate-limiter-options.ts';

const limits = { it: { algorithm: 'fixed', limit: 4, windowMs: 10_000 } } as const;

function opened(more: Partial<RateLimiterOptions<typeof limits>> = {}) {
  const clock = new ManualClock(1_800_000_000_000);
  const store = faultyStore(clock);
  const open = () => createRateLimiter({ limits, store, clock, ...more });
  return { clock, store, open, limiter: open() };
}

test('refuses here what the store has refused, for as long as that must last', async () => {
  const { clock, store, limiter } = opened();
  await limiter.take('k', { cost: 4 });
  expect(await limiter.take('k')).toMatchObject({ allowed: false, source: 'store', retryAfterMs: 10_000 });
  await clock.advance(400);
  expect(await limiter.take('k')).toMatchObject({
    allowed: false,
    source: 'deny-cache',
    degraded: false,
    retryAfterMs: 9_600,
    violated: ['it'],
    limits: { it: { remaining: 0, resetAfterMs: 9_600 } },
  });
  expect(store.steps).toHaveLength(2);
  await clock.advance(600);
  expect((await limiter.take('k')).source).toBe('store');
});

test('never refuses longer than the limit does', async () => {
  const { clock, limiter } = opened({ denyCache: { maxMs: 60_000 } });
  await limiter.take('k', { cost: 4 });
  await limiter.take('k');
  await clock.advance(9_999);
  expect((await limiter.take('k')).source).toBe('deny-cache');
  await clock.advance(1);
  expect(await limiter.take('k')).toMatchObject({ allowed: true, source: 'store' });
});

test('counts from when the call was sent', async () => {
  const { clock, store, limiter } = opened();
  await limiter.take('k', { cost: 4 });
  await clock.advance(9_970);
  store.lateMs = 20;
  const refused = limiter.take('k');
  await clock.advance(20);
  expect((await refused).retryAfterMs).toBe(30);
  await clock.advance(10);
  const taking = limiter.take('k');
  await clock.advance(20);
  expect((await taking).allowed).toBe(true);
});

test('answers no cheaper call, and none with other limits', async () => {
  const { limiter, store } = opened();
  await limiter.take('k', { cost: 2 });
  await limiter.take('k', { cost: 3 });
  expect((await limiter.take('k', { cost: 4 })).source).toBe('deny-cache');
  expect(await limiter.take('k', { cost: 2 })).toMatchObject({ allowed: true, source: 'store' });
  await limiter.take('k');
  limiter.update({ it: { limit: 5 } });
  expect(await limiter.take('k')).toMatchObject({ allowed: true, source: 'store' });
  expect(store.steps).toHaveLength(5);
});

test('is emptied of a key by what gives it more, here at once and elsewhere in time', async () => {
  const { clock, limiter, open } = opened();
  const elsewhere = open();
  const decision = await limiter.take('k', { cost: 4 });
  for (const node of [limiter, elsewhere]) await node.take('k');
  await limiter.refund(decision);
  expect((await limiter.take('k', { cost: 4 })).allowed).toBe(true);
  await limiter.take('k');
  await limiter.reset('it', 'k');
  expect((await limiter.take('k')).allowed).toBe(true);
  expect((await elsewhere.take('k')).source).toBe('deny-cache');
  await clock.advance(1_000);
  expect(await elsewhere.take('k')).toMatchObject({ allowed: true, source: 'store' });
});

test('lets every rejection of a limit that escalates reach the store, until it blocks', async () => {
  const clock = new ManualClock();
  const store = faultyStore(clock);
  const escalate = { after: 5, withinMs: 60_000, blockMs: 60_000 };
  const limiter = createRateLimiter({ limits: { it: { ...limits.it, escalate } }, store, clock });
  await limiter.take('k', { cost: 4 });
  for (let call = 0; call < 5; call++) expect((await limiter.take('k')).source).toBe('store');
  expect(await limiter.take('k')).toMatchObject({ source: 'deny-cache', limits: { it: { blocked: true } } });
});

test('remembers the refusals used last', async () => {
  const { limiter } = opened({ denyCache: { max: 2 } });
  for (const key of ['a', 'b', 'c']) await limiter.take(key, { cost: 4 });
  for (const key of ['a', 'b', 'a', 'c']) await limiter.take(key);
  expect((await limiter.take('a')).source).toBe('deny-cache');
  expect((await limiter.take('c')).source).toBe('deny-cache');
  expect((await limiter.take('b')).source).toBe('store');
});

test('is not there when it is switched off, nor for a store that answers at once', async () => {
  const { limiter, clock } = opened({ denyCache: false });
  for (const one of [limiter, createRateLimiter({ limits, clock })]) {
    await one.take('k', { cost: 4 });
    await one.take('k');
    expect((await one.take('k')).source).toBe('store');
  }
});

test('keeps no refusal of a concurrency limit, which may end any moment', async () => {
  const clock = new ManualClock();
  const store = faultyStore(clock);
  const limiter = createRateLimiter({ limits: { slots: { algorithm: 'concurrency', limit: 1 } }, store, clock });
  const held = await limiter.lease('k');
  expect((await limiter.lease('k')).allowed).toBe(false);
  if (held.allowed) await held.release();
  expect((await limiter.lease('k')).allowed).toBe(true);
});
