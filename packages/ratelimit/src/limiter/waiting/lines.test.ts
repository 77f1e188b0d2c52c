import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import type { Limit } from '../../limits/limit.ts';
import { memoryStore } from '../../memory/memory-store.ts';
import type { LimitStore } from '../../store/limit-store.ts';
import { createRateLimiter } from '../create-rate-limiter.ts';

const slow = { limit: 1, windowMs: 1_000 } as const;

function opened(limits: Readonly<Record<string, Limit>> = { it: slow }) {
  const clock = new ManualClock();
  const meter = new RecordingMeter();
  const steps: string[] = [];
  const memory = memoryStore({ clock });
  const store: LimitStore = {
    name: 'counted',
    remote: true,
    async apply(step) {
      steps.push(step.kind);
      return memory.applySync(step);
    },
  };
  const limiter = createRateLimiter({ limits, store, clock, meter, denyCache: false });
  const waiting = () => meter.value('xc_ratelimit_waiting');
  return { clock, limiter, steps, waiting };
}

test('lets waiters through in the order in which they came, also when a later one is cheaper', async () => {
  const { clock, limiter, steps, waiting } = opened({ it: { limit: 3, windowMs: 3_000 } });
  await limiter.take('k', { cost: 3 });
  steps.length = 0;
  const order: string[] = [];
  for (const [name, cost] of [
    ['dear', 3],
    ['cheap', 1],
    ['last', 2],
  ] as const) {
    void limiter.wait('k', { cost }).then(({ allowed }) => order.push(`${name} ${allowed} at ${clock.monotonic()}`));
  }
  await clock.advance(2_999);
  expect(waiting()).toBe(3);
  expect(order).toEqual([]);
  await clock.advance(10_000);
  expect(order).toEqual(['dear true at 3000', 'cheap true at 4000', 'last true at 6000']);
  expect(steps.length).toBeLessThanOrEqual(2 * 3 + 1);
  expect([waiting(), clock.pending]).toEqual([0, 0]);
});

test('answers at once whoever needs more time than there is', async () => {
  const { clock, limiter } = opened();
  await limiter.take('k');
  expect(await limiter.wait('k', { maxWaitMs: 999 })).toMatchObject({ allowed: false, retryAfterMs: 1_000 });
  expect(await limiter.wait('k', { cost: 2 })).toMatchObject({
    allowed: false,
    retryAfterMs: Number.POSITIVE_INFINITY,
  });
  const patient = limiter.wait('k', { maxWaitMs: 1_000 });
  await clock.advance(1_000);
  expect((await patient).allowed).toBe(true);
});

test('sends away whoever has waited too long behind others, without a charge', async () => {
  const { clock, limiter, waiting } = opened();
  await limiter.take('k');
  const [first, second, third] = [limiter.wait('k'), limiter.wait('k', { maxWaitMs: 500 }), limiter.wait('k')];
  await clock.advance(500);
  expect(await second).toMatchObject({ allowed: false });
  await clock.advance(1_500);
  expect([(await first).allowed, (await third).allowed, waiting()]).toEqual([true, true, 0]);
});

test('lets no more wait than the line has room for', async () => {
  const { clock, limiter } = opened();
  await limiter.take('k');
  const waiters = [limiter.wait('k', { maxQueued: 2 }), limiter.wait('k', { maxQueued: 2 })];
  await clock.advance(0);
  expect(await limiter.wait('k', { maxQueued: 2 })).toMatchObject({ allowed: false });
  expect((await limiter.wait('other', { maxQueued: 2 })).allowed).toBe(true);
  await clock.advance(2_000);
  expect((await Promise.all(waiters)).map(({ allowed }) => allowed)).toEqual([true, true]);
});

test('lets a waiter go at once when its signal aborts, and the next one takes its place', async () => {
  const { clock, limiter, steps } = opened();
  await limiter.take('k');
  const giving = new AbortController();
  const [first, second] = [limiter.wait('k', { signal: giving.signal }), limiter.wait('k')];
  await clock.advance(400);
  const reason = new Error('enough');
  giving.abort(reason);
  await expect(first).rejects.toBe(reason);
  await clock.advance(600);
  expect((await second).allowed).toBe(true);
  expect(steps.filter((kind) => kind === 'take')).toHaveLength(3);
  const asked = steps.length;
  await expect(limiter.wait('k', { signal: giving.signal })).rejects.toBe(reason);
  expect(steps).toHaveLength(asked);
});

test('gives back what came for a waiter that had left', async () => {
  const clock = new ManualClock();
  const memory = memoryStore({ clock });
  const store: LimitStore = {
    name: 'late',
    remote: true,
    async apply(step) {
      const reply = memory.applySync(step);
      await clock.sleep(20);
      return reply;
    },
  };
  const limiter = createRateLimiter({
    limits: { it: { algorithm: 'fixed', limit: 2, windowMs: 60_000 } },
    store,
    clock,
  });
  const giving = new AbortController();
  const left = limiter.wait('k', { signal: giving.signal });
  await clock.advance(10);
  giving.abort(new Error('enough'));
  await expect(left).rejects.toThrow('enough');
  await clock.advance(100);
  const peeked = limiter.peek('k', { cost: 0 });
  await clock.advance(20);
  expect((await peeked).limits.it?.remaining).toBe(2);
});

test('leaves neither listener nor timer when ten thousand waiters abort at once', async () => {
  const { clock, limiter, waiting, steps } = opened();
  await limiter.take('k');
  const giving = new AbortController();
  const listening = listenersOf(giving.signal);
  const waiters = Array.from({ length: 10_000 }, () =>
    limiter.wait('k', { signal: giving.signal, maxQueued: 20_000 }).catch((error: Error) => error.message),
  );
  await clock.advance(100);
  expect(waiting()).toBe(10_000);
  giving.abort(new Error('enough'));
  expect(new Set(await Promise.all(waiters))).toEqual(new Set(['enough']));
  await clock.advance(0);
  expect([waiting(), clock.pending]).toEqual([0, 0]);
  expect(listening.most).toBe(1);
  expect(steps.length).toBeLessThan(5);
  await clock.advance(900);
  expect((await limiter.wait('k')).allowed).toBe(true);
});

test('takes its listener off a signal that lives on', async () => {
  const { clock, limiter } = opened();
  const living = new AbortController();
  const listening = listenersOf(living.signal);
  await limiter.take('k', { signal: living.signal });
  const waiter = limiter.wait('k', { signal: living.signal });
  await clock.advance(1_000);
  await waiter;
  await clock.advance(0);
  expect(listening).toEqual({ now: 0, most: 1 });
});

test('turns waiters away when it closes', async () => {
  const { clock, limiter } = opened();
  await limiter.take('k');
  const waiters = [limiter.wait('k'), limiter.wait('k')];
  for (const waiter of waiters) waiter.catch(() => undefined);
  await clock.advance(10);
  await limiter.close();
  for (const waiter of waiters) await expect(waiter).rejects.toMatchObject({ code: 'XC_RATELIMIT_CLOSED' });
  await clock.advance(0);
  expect(clock.pending).toBe(0);
});

test('turns away what had only just begun when it closes', async () => {
  const clock = new ManualClock();
  const limiter = createRateLimiter({ limits: { it: slow, at: { algorithm: 'concurrency', limit: 1 } }, clock });
  await limiter.take('k', { only: ['it'] });
  const begun = [limiter.wait('k', { only: ['it'] }), limiter.lease('k', { only: ['at'] })];
  const outcomes = Promise.allSettled(begun);
  await limiter.close();
  await clock.advance(0);
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'XC_RATELIMIT_CLOSED' } });
  expect(clock.pending).toBe(0);
});

test('wakes waiters whose limit was raised', async () => {
  const { clock, limiter } = opened({ it: { algorithm: 'fixed', limit: 1, windowMs: 20_000 } });
  await limiter.take('k');
  const waiter = limiter.wait('k');
  await clock.advance(10);
  limiter.update({ it: { limit: 2 } });
  await clock.advance(0);
  expect((await waiter).allowed).toBe(true);
});

/** How many listeners a signal has, and has had at most. */
function listenersOf(signal: AbortSignal): { now: number; most: number } {
  const counted = { now: 0, most: 0 };
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  Object.assign(signal, {
    addEventListener(...args: Parameters<typeof add>) {
      counted.now++;
      counted.most = Math.max(counted.most, counted.now);
      add(...args);
    },
    removeEventListener(...args: Parameters<typeof remove>) {
      counted.now--;
      remove(...args);
    },
  });
  return counted;
}
