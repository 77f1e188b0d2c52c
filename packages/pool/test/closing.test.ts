import { describe, expect, test } from 'vitest';
import { createPool } from '../src/index.ts';
import { type FakeResource, fakeFactory } from '../src/testing/fake-factory.ts';
import { givenPool, outcome, watched } from './given-pool.ts';

describe('closing', () => {
  test('destroy is called once and awaited, up to destroyTimeoutMs, and max is held until then', async () => {
    const { pool, clock, factory, logger } = givenPool({ max: 1, destroyTimeoutMs: 100 });
    let destroys = 0;
    factory.destroy = () => {
      destroys++;
      return new Promise(() => {});
    };
    const lease = await pool.acquire();
    const closed = watched(lease.destroy());
    const next = watched(pool.acquire());
    await clock.advance(99);
    expect(pool.stats()).toMatchObject({ closing: 1, size: 0, closed: 0 });
    expect([closed.settled, next.settled]).toEqual([false, false]);
    await clock.advance(1);
    expect(pool.stats()).toMatchObject({ closing: 0, size: 1, closed: 1 });
    expect([closed.settled, next.settled]).toEqual([true, true]);
    expect(destroys).toBe(1);
    expect(logger.find({ level: 'warn', message: /too long to close/ })).toHaveLength(1);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('thrown');
      },
    ],
    ['rejects', () => Promise.reject(new Error('rejected'))],
  ])('a destroy that %s is logged and counted and stops nothing, the eviction least of all', async (_, destroy) => {
    const { pool, clock, factory, logger } = givenPool({ max: 3, idleTimeoutMs: 1_000 });
    factory.destroy = destroy;
    for (let round = 1; round <= 2; round++) {
      const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
      for (const lease of leases) lease.release();
      await clock.advance(1_000);
      expect(pool.stats()).toMatchObject({ size: 0, closing: 0, closed: 3 * round });
      expect(logger.find({ level: 'warn', message: 'could not close a resource' })).toHaveLength(3 * round);
    }
  });

  test('a factory that cannot stop watching is logged and closed all the same', async () => {
    const { pool, factory, logger } = givenPool({ max: 1 });
    factory.watch = () => () => {
      throw new Error('no such listener');
    };
    await (await pool.acquire()).destroy();
    expect(factory.opened[0]?.endReason).toBe('caller');
    expect(logger.find({ message: 'could not stop watching a resource' })).toHaveLength(1);
  });

  test('what cannot be watched is closed', async () => {
    const { pool, factory, clock } = givenPool({ max: 1, acquireTimeoutMs: 100 }, {}, (fake) => {
      fake.watch = () => {
        throw new Error('not an emitter');
      };
    });
    const borrower = outcome(pool.acquire());
    await clock.advance(100);
    expect((await borrower).error).toMatchObject({ code: 'XC_POOL_TIMEOUT' });
    expect(factory.opened[0]?.endReason).toBe('lost');
    expect(factory.open).toBe(0);
  });
});

describe('idle time', () => {
  test('ends exactly, the longest idle first, and min is kept', async () => {
    const { pool, clock, factory } = givenPool({ min: 1, max: 3, idleTimeoutMs: 10_000 });
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    for (const lease of leases) {
      lease.release();
      await clock.advance(100);
    }
    await clock.advance(9_699);
    expect(pool.stats().idle).toBe(3);
    await clock.advance(1);
    expect(factory.opened.map(({ endReason }) => endReason)).toEqual(['idle', undefined, undefined]);
    await clock.advance(100);
    expect(factory.opened.map(({ endReason }) => endReason)).toEqual(['idle', 'idle', undefined]);
    await clock.advance(60_000);
    expect(pool.stats()).toMatchObject({ idle: 1, created: 3 });
  });

  test('under min nothing is closed and opened again and again', async () => {
    const { pool, clock, factory } = givenPool({ min: 2, idleTimeoutMs: 10 });
    await clock.advance(400);
    expect(factory.creates).toBe(2);
    expect(pool.stats()).toMatchObject({ idle: 2, closed: 0 });
  });

  test('one that min protected goes when another is opened', async () => {
    const { pool, clock, factory } = givenPool({ min: 1, max: 2, idleTimeoutMs: 1_000 });
    await clock.advance(5_000);
    const leases = [await pool.acquire(), await pool.acquire()];
    leases[0]?.release();
    await clock.advance(1_000);
    expect(factory.opened.map(({ endReason }) => endReason)).toEqual(['idle', undefined]);
  });

  test('keeps minIdle', async () => {
    const { pool, clock, factory } = givenPool({ minIdle: 2, max: 5, idleTimeoutMs: 100 });
    await clock.advance(1_000);
    expect(pool.stats()).toMatchObject({ idle: 2, closed: 0 });
    expect(factory.creates).toBe(2);
  });
});

test('lifetimes are spread by the jitter, so that not all end at once', async () => {
  const { clock, factory, events } = givenPool({
    min: 20,
    max: 20,
    maxCreating: 20,
    maxLifetimeMs: 100_000,
    lifetimeJitter: 0.5,
  });
  await clock.advance(100_000);
  const ends = events.flatMap((event) => (event.type === 'closed' && event.id <= 20 ? [event.at] : []));
  expect(ends).toHaveLength(20);
  expect(new Set(ends).size).toBe(20);
  expect(Math.min(...ends)).toBeGreaterThanOrEqual(50_000);
  expect(factory.mostOpen).toBeLessThanOrEqual(20);
});

test('one timer serves all deadlines, however many wait', async () => {
  const { pool, clock } = givenPool({ max: 1 });
  await pool.acquire();
  const before = clock.pending;
  const waits = Array.from({ length: 10_000 }, (_, at) => outcome(pool.acquire({ timeoutMs: 1_000 + (at % 97) })));
  expect(clock.pending).toBeLessThanOrEqual(Math.max(before, 1));
  await clock.advance(1_100);
  expect((await Promise.all(waits)).every(({ error }) => error !== undefined)).toBe(true);
});

describe('drain', () => {
  test('refuses newcomers, turns the waiting away, waits for the lent and closes everything', async () => {
    const { pool, clock, factory, events } = givenPool({ max: 2 }, { destroyMs: 10 });
    const lease = await pool.acquire();
    (await pool.acquire()).release();
    const busy = await pool.acquire();
    const waiter = outcome(pool.acquire());
    const report = watched(pool.drain({ deadlineMs: 1_000 }));
    expect((await waiter).error).toMatchObject({ code: 'XC_POOL_CLOSED', retryable: false });
    expect((await outcome(pool.acquire())).error).toMatchObject({ code: 'XC_POOL_CLOSED' });
    expect(pool.tryAcquire()).toBeUndefined();
    expect(pool.stats().state).toBe('draining');
    lease.release();
    await clock.advance(100);
    busy.release();
    await clock.advance(10);
    expect(report.value).toEqual({ clean: true, returned: 2, forced: 0, rejected: 1, tookMs: 110, abandoned: [] });
    expect(pool.stats()).toMatchObject({ state: 'closed', size: 0, closing: 0 });
    expect(factory.opened.map(({ endReason }) => endReason)).toEqual(['closed', 'closed']);
    const types = events.map(({ type }) => type);
    expect(types.indexOf('draining')).toBeGreaterThan(-1);
    expect(types.at(-1)).toBe('drained');
  });

  test('takes what is not back by the deadline', async () => {
    const { pool, clock, factory } = givenPool({ max: 2 });
    const lease = await pool.acquire({ label: 'forgetful' });
    const { signal } = lease;
    const report = watched(pool.drain({ deadlineMs: 500 }));
    await clock.advance(499);
    expect([signal.aborted, report.settled]).toEqual([false, false]);
    await clock.advance(1);
    expect(signal.reason).toMatchObject({ code: 'XC_POOL_LOST' });
    expect(factory.opened[0]?.endReason).toBe('forced');
    expect(report.value).toMatchObject({
      clean: false,
      forced: 1,
      returned: 0,
      abandoned: [{ id: 1, label: 'forgetful', heldMs: 500 }],
    });
    lease.release();
    expect(pool.stats().misuse).toBe(0);
  });

  test('settles by the deadline and the time to destroy, whatever the factory does', async () => {
    for (const act of ['create', 'destroy', 'reset'] as const) {
      const { pool, clock, factory } = givenPool({ max: 3, destroyTimeoutMs: 200 }, { resets: true });
      factory[act] = () => new Promise<never>(() => {});
      const lease = act === 'create' ? undefined : await pool.acquire();
      const waiter = outcome(pool.acquire());
      lease?.release();
      await clock.advance(0);
      const report = watched(pool.drain({ deadlineMs: 300 }));
      await waiter;
      await clock.advance(500);
      expect(report.value, act).toMatchObject({ clean: false });
      expect(report.value?.tookMs).toBeLessThanOrEqual(500);
    }
  });

  test('aborts what is being opened, and closes it if it opens all the same', async () => {
    const { pool, clock, factory } = givenPool({ max: 1 });
    let signal: AbortSignal | undefined;
    const { create } = factory;
    factory.create = (context) => {
      signal = context.signal;
      return clock.sleep(100).then(() => create(context));
    };
    void outcome(pool.acquire());
    const report = watched(pool.drain({ deadlineMs: 1_000 }));
    expect(signal?.aborted).toBe(true);
    await clock.advance(100);
    expect(factory.opened[0]?.endReason).toBe('closed');
    expect(report.value).toMatchObject({ clean: true });
  });

  test('a second drain gives the same promise, an abort ends the patience, and disposing drains', async () => {
    const { pool } = givenPool();
    await pool.acquire();
    const patience = new AbortController();
    const report = pool.drain({ signal: patience.signal });
    expect(pool.drain()).toBe(report);
    patience.abort();
    expect(await report).toMatchObject({ forced: 1 });
    const other = givenPool({ min: 2 });
    await other.pool[Symbol.asyncDispose]();
    expect(other.pool.stats()).toMatchObject({ state: 'closed', size: 0 });
  });

  test.each([
    [null, 'options must be an object, got null'],
    [{ signal: 5 }, 'signal must be an AbortSignal, got 5'],
    [{ deadlineMs: -1 }, 'deadlineMs must be a positive number, got -1'],
    [{ patienceMs: 5 }, 'unknown option patienceMs'],
  ])('%j is refused as a rejection, and the pool goes on as if nobody had asked', async (options, message) => {
    const { pool } = givenPool({ max: 1 });
    const lease = await pool.acquire();
    expect((await outcome(pool.drain(options as never))).error).toMatchObject({ message });
    expect(pool.stats().state).toBe('running');
    lease.release();
    expect(await pool.drain()).toMatchObject({ clean: true });
  });

  test('pause, resume and clear do nothing any more', async () => {
    const { pool, events } = givenPool({ min: 1 });
    await pool.drain();
    const before = events.length;
    pool.pause();
    pool.resume();
    pool.clear({ lent: 'interrupt' });
    expect(pool.stats().state).toBe('closed');
    expect(events).toHaveLength(before);
  });
});

test('sixteen pools of plain values come and go without a promise left behind', async () => {
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      const factory = fakeFactory();
      const pool = createPool(factory, { max: 2, min: 1 });
      await Promise.all(Array.from({ length: 50 }, () => pool.use(() => {})));
      expect(await pool.drain()).toMatchObject({ clean: true });
      expect(factory.open).toBe(0);
    }),
  );
});

test('who hears of the end of a lease may close the pool: each resource is closed once all the same', async () => {
  for (const end of ['kill', 'clear', 'drain'] as const) {
    const { pool, factory, clock } = givenPool({ max: 2 });
    const leases = [await pool.acquire(), await pool.acquire()];
    const patience = new AbortController();
    for (const { signal } of leases) {
      signal.addEventListener('abort', () => {
        pool.clear({ lent: 'interrupt' });
        void pool.drain({ deadlineMs: 0, signal: AbortSignal.abort() });
        patience.abort();
      });
    }
    if (end === 'kill') factory.kill(leases[0]?.value as FakeResource);
    if (end === 'clear') pool.clear({ lent: 'interrupt' });
    const report = pool.drain({ deadlineMs: 10, signal: patience.signal });
    await clock.advance(10);
    await report;
    expect(factory.violations, end).toEqual([]);
    expect(pool.stats(), end).toMatchObject({ size: 0, closing: 0, closed: 2, state: 'closed' });
  }
});
