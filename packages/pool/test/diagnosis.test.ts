import type { Clock } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createPool, poolProbe } from '../src/index.ts';
import { fakeFactory } from '../src/testing/fake-factory.ts';
import { givenPool, outcome } from './given-pool.ts';

const down = new Error('refused');

test('nothing is wrong with a pool that nobody waits for', () => {
  const { pool } = givenPool({ min: 1 });
  expect(pool.diagnose()).toMatchObject({ verdict: 'ok', suspects: [], lastCreateError: undefined });
});

test('paused', async () => {
  const { pool, clock } = givenPool();
  pool.pause();
  const waiter = outcome(pool.acquire({ timeoutMs: 100 }));
  await clock.advance(100);
  expect((await waiter).error).toMatchObject({
    code: 'XC_POOL_TIMEOUT',
    retryable: true,
    details: { pool: 'default', waitedMs: 100, verdict: 'paused', refusedBy: 'default', suspects: [] },
  });
  expect(pool.diagnose().verdict).toBe('paused');
});

test('factory-down: the last create failed, none has succeeded since, and there is room for more', async () => {
  const { pool, clock, factory } = givenPool({ max: 2 });
  await pool.acquire();
  factory.failCreates(down);
  const waiter = outcome(pool.acquire({ timeoutMs: 1_000 }));
  await clock.advance(1_000);
  expect((await waiter).error).toMatchObject({ cause: down, details: { verdict: 'factory-down' } });
  expect(pool.diagnose()).toMatchObject({ verdict: 'factory-down', lastCreateError: down });
});

test('slow-create: something has been opening for more than half the wait', async () => {
  const { pool, clock } = givenPool({ max: 2 }, { createMs: 5_000 });
  const waiter = outcome(pool.acquire({ timeoutMs: 100 }));
  await clock.advance(100);
  expect((await waiter).error).toMatchObject({ details: { verdict: 'slow-create' } });
});

test('leak-suspected: nothing came back during the whole wait', async () => {
  const { pool, clock } = givenPool({ max: 1 });
  await pool.acquire({ label: 'holder' });
  const waiter = outcome(pool.acquire({ timeoutMs: 100 }));
  await clock.advance(100);
  expect((await waiter).error).toMatchObject({
    details: { verdict: 'leak-suspected', suspects: [{ id: 1, label: 'holder', heldMs: 100 }] },
    message: expect.stringContaining('holder'),
  });
});

test('leak-suspected: what came back in the very moment before the wait does not count', async () => {
  const { pool, clock } = givenPool({ max: 1 });
  (await pool.acquire()).release();
  await pool.use(async () => {
    const second = outcome(pool.acquire({ timeoutMs: 100 }));
    await clock.advance(100);
    expect((await second).error).toMatchObject({ details: { verdict: 'leak-suspected' } });
  });
});

test('undersized: nobody is suspected in the moment in which the wait begins', async () => {
  const { pool } = givenPool({ max: 1 });
  (await pool.acquire()).release();
  await pool.acquire();
  void outcome(pool.acquire());
  expect(pool.diagnose().verdict).toBe('undersized');
});

test('leak-suspected: half the loans are many times older than usual', async () => {
  const { pool, clock } = givenPool({ max: 2 });
  for (let loan = 0; loan < 50; loan++) {
    const lease = await pool.acquire();
    await clock.advance(10);
    lease.release();
  }
  await pool.acquire();
  await clock.advance(300);
  const working = await pool.acquire();
  const waiter = outcome(pool.acquire({ timeoutMs: 100 }));
  void outcome(pool.acquire({ priority: 0 }));
  await clock.advance(50);
  working.release();
  await clock.advance(50);
  expect((await waiter).error).toMatchObject({ details: { verdict: 'leak-suspected' } });
});

test('a second resource awaited inside use of the only one is diagnosed as a leak', async () => {
  const { pool, clock } = givenPool({ max: 1, acquireTimeoutMs: 100 });
  const used = outcome(pool.use(() => pool.use(() => 1)));
  await clock.advance(100);
  expect((await used).error).toMatchObject({ code: 'XC_POOL_TIMEOUT', details: { verdict: 'leak-suspected' } });
});

test('undersized: all are lent and come back, and the advice says how many the load needs', async () => {
  const { pool, clock } = givenPool({ max: 2 });
  let waits = 0;
  const borrow = () =>
    outcome(pool.use(() => clock.sleep(100), { timeoutMs: 150 })).then(({ error }) => {
      if (error !== undefined) waits++;
      return error;
    });
  const all: Promise<unknown>[] = [];
  for (let at = 0; at < 200; at++) {
    all.push(borrow());
    await clock.advance(20);
  }
  await clock.advance(1_000);
  const errors = (await Promise.all(all)).filter((error) => error !== undefined) as {
    details: { verdict: string; advice: string };
  }[];
  expect(waits).toBeGreaterThan(10);
  expect(new Set(errors.map(({ details }) => details.verdict))).toEqual(new Set(['undersized']));
  // 50 a second for 100 ms each, and a quarter to spare.
  expect(errors.at(-1)?.details.advice).toContain('about 7 of them');
});

/** Time that stands still for timers while it goes on for everybody else, as when the event loop is blocked. */
function blockable(): { readonly clock: Clock; readonly manual: ManualClock; block(ms: number): void } {
  const manual = new ManualClock();
  let blockedMs = 0;
  const clock: Clock = {
    now: () => manual.now() + blockedMs,
    monotonic: () => manual.monotonic() + blockedMs,
    sleep: (ms, signal) => manual.sleep(ms, signal),
    after: (ms, fn) => manual.after(ms, fn),
    every: (ms, fn) => manual.every(ms, fn),
  };
  return {
    clock,
    manual,
    block: (ms) => {
      blockedMs += ms;
    },
  };
}

test('event-loop-stalled: the timer fired much too late', async () => {
  const { clock, manual, block } = blockable();
  const pool = createPool(fakeFactory(), { max: 1, clock });
  await pool.acquire();
  const waiter = outcome(pool.acquire({ timeoutMs: 30 }));
  block(5_000);
  await manual.advance(30);
  await manual.advance(0);
  expect((await waiter).error).toMatchObject({ details: { verdict: 'event-loop-stalled' } });
});

test('what came back while the event loop was blocked is handed out instead of all timing out', async () => {
  const { clock, manual, block } = blockable();
  const pool = createPool(fakeFactory(), { max: 5, clock });
  const leases = await Promise.all([1, 2, 3, 4, 5].map(() => pool.acquire()));
  const waiters = [1, 2, 3, 4, 5].map(() => outcome(pool.acquire({ timeoutMs: 30 })));
  block(5_000);
  // Sockets are read after timers: the timer is first.
  manual.after(30, () => {
    for (const lease of leases) lease.release();
  });
  await manual.advance(30);
  await manual.advance(0);
  for (const { error } of await Promise.all(waiters)) expect(error).toBeUndefined();
  expect(pool.stats()).toMatchObject({ timeouts: 0, inUse: 5 });
});

test('time-outs are counted by verdict', async () => {
  const { pool, clock, meter } = givenPool({ max: 1 });
  await pool.acquire();
  void outcome(pool.acquire({ timeoutMs: 10 }));
  await clock.advance(10);
  expect(meter.value('xc_pool_timeouts_total', { pool: 'default', verdict: 'leak-suspected' })).toBe(1);
  expect(pool.stats().timeouts).toBe(1);
});

test('the probe is up while there is something to lend, degraded while borrowers wait, down when nothing can be opened', async () => {
  const { signal } = new AbortController();
  const { pool, clock, factory } = givenPool({ name: 'orders', max: 1 });
  const probe = poolProbe(pool);
  expect(probe.name).toBe('pool:orders');
  expect(await probe.check(signal)).toMatchObject({ status: 'up', details: { verdict: 'ok', max: 1 } });
  const lease = await pool.acquire();
  void outcome(pool.acquire());
  await clock.advance(1_000);
  expect((await probe.check(signal)).status).toBe('up');
  await clock.advance(1);
  expect((await probe.check(signal)).status).toBe('degraded');
  factory.failCreates(down);
  await lease.destroy();
  expect(await probe.check(signal)).toMatchObject({ status: 'down', details: { verdict: 'factory-down' } });
  factory.failCreates(undefined);
  await clock.advance(20);
  await pool.use(() => {});
  pool.pause();
  expect((await probe.check(signal)).status).toBe('degraded');
  await pool.drain();
  expect((await probe.check(signal)).status).toBe('down');
});
