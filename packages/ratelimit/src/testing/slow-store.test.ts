import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createRateLimiter, memoryStore } from '../index.ts';
import { deadStore } from './dead-store.ts';
import { slowStore } from './slow-store.ts';

const rule = { limit: 2, windowMs: 60_000 } as const;
const step = { kind: 'take', ops: [{ name: 'api', key: 'ada', rule, cost: 1, enforce: true }] } as const;

test('does a step at once and answers late', async () => {
  const clock = new ManualClock();
  const fast = memoryStore({ clock });
  const slow = slowStore(fast, 200, clock);
  let answered = false;
  const reply = slow.apply(step).finally(() => {
    answered = true;
  });
  await clock.advance(199);
  expect(answered).toBe(false);
  expect(fast.applySync(step).states[0]?.remaining).toBe(0);
  await clock.advance(1);
  expect((await reply).states[0]?.remaining).toBe(1);
});

test('fails late where the store fails, and gives up at once with a signal', async () => {
  const clock = new ManualClock();
  const dead = slowStore(deadStore(), 200, clock).apply(step);
  const failure = expect(dead).rejects.toMatchObject({ code: 'XC_RATELIMIT_STORE' });
  await clock.advance(200);
  await failure;
  const leaving = new AbortController();
  const given = slowStore(memoryStore({ clock }), 200, clock).apply(step, { signal: leaving.signal });
  leaving.abort(new Error('gone'));
  await expect(given).rejects.toThrow('gone');
});

test('is too late for a limiter in a hurry', async () => {
  const clock = new ManualClock();
  await using limiter = createRateLimiter({
    limits: { api: rule },
    store: slowStore(memoryStore({ clock }), 200, clock),
    deadlineMs: 50,
    clock,
  });
  const decision = limiter.take('ada');
  await clock.advance(50);
  expect(await decision).toMatchObject({ degraded: true, source: 'local' });
});
