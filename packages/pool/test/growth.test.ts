import { describe, expect, test } from 'vitest';
import { createPool } from '../src/index.ts';
import { fakeFactory } from '../src/testing/fake-factory.ts';
import { givenPool, outcome, watched } from './given-pool.ts';

describe('opening', () => {
  test('starts only as many creates as borrowers are not covered, and never beyond maxCreating', async () => {
    const { pool, clock, factory } = givenPool({ max: 10, maxCreating: 3 }, { createMs: 100 });
    for (let borrower = 0; borrower < 5; borrower++) void outcome(pool.acquire());
    expect(pool.stats()).toMatchObject({ creating: 3, waiting: 5 });
    await clock.advance(100);
    expect(pool.stats()).toMatchObject({ creating: 2, waiting: 2, inUse: 3 });
    await clock.advance(100);
    expect(pool.stats()).toMatchObject({ creating: 0, waiting: 0, inUse: 5 });
    expect(factory.creates).toBe(5);
  });

  test('never has more than max open, closing ones counted', async () => {
    const { pool, clock, factory } = givenPool({ max: 1 }, { destroyMs: 1_000 });
    const lease = await pool.acquire();
    const next = watched(pool.acquire());
    void lease.destroy();
    await clock.advance(999);
    expect(pool.stats()).toMatchObject({ closing: 1, creating: 0, size: 0 });
    expect(next.settled).toBe(false);
    await clock.advance(1);
    expect(next.settled).toBe(true);
    expect(factory.mostOpen).toBe(1);
  });

  test('a spike of short tasks does not open a resource for each', async () => {
    const { pool, clock, factory } = givenPool({ max: 50 }, { createMs: 150 });
    await Promise.all([pool.warm({ count: 5 }), clock.advance(1_000)]);
    expect(factory.creates).toBe(5);
    const tasks = Array.from({ length: 50 }, () => pool.use(() => clock.sleep(2)));
    await clock.advance(1_000);
    await Promise.all(tasks);
    expect(factory.creates).toBeLessThanOrEqual(7);
  });

  test('runs creates outside the async context of the borrower that needs one', async () => {
    const { AsyncLocalStorage } = await import('node:async_hooks');
    const storage = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const pool = createPool({ create: () => ({ at: seen.push(storage.getStore()) }), destroy() {} });
    await storage.run('a request', () => pool.use(() => seen.push(storage.getStore())));
    expect(seen).toEqual([undefined, 'a request']);
    await pool.drain();
  });

  test('takes plain values, promises and foreign thenables from create', async () => {
    const values: unknown[] = [
      { plain: 1 },
      Promise.resolve({ promised: 2 }),
      // biome-ignore lint/suspicious/noThenProperty: a promise of somebody else's making
      { then: (ok: (v: unknown) => void) => ok({ then3: 3 }) },
    ];
    const pool = createPool<unknown>({ create: () => values.shift(), destroy() {} }, { max: 3 });
    const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
    expect(leases.map(({ value }) => value)).toEqual([{ plain: 1 }, { promised: 2 }, { then3: 3 }]);
    await pool.drain({ deadlineMs: 0 });
  });
});

describe('min and minIdle', () => {
  test('min is restored after a loss without a borrower having to come', async () => {
    const { pool, factory, settle } = givenPool({ min: 2 });
    for (const resource of [...factory.opened]) factory.kill(resource);
    await settle();
    expect(pool.stats()).toMatchObject({ size: 2, idle: 2, created: 4 });
  });

  test('min is restored after failed creates, with the back-off between them', async () => {
    const { pool, clock, factory, events } = givenPool({ min: 2 }, {}, (fake) => fake.failCreates(new Error('down')));
    await clock.advance(100);
    const failures = events.filter(({ type }) => type === 'create-failed');
    expect(failures.length).toBeGreaterThan(1);
    expect(failures.length).toBeLessThanOrEqual(12);
    expect(pool.stats().size).toBe(0);
    factory.failCreates(undefined);
    await clock.advance(1_000);
    expect(pool.stats()).toMatchObject({ size: 2, idle: 2 });
  });

  test('min waits for the first borrower when lazy', async () => {
    const { pool, clock } = givenPool({ min: 2, warmup: 'lazy' });
    await clock.advance(1_000);
    expect(pool.stats().size).toBe(0);
    await pool.acquire();
    expect(pool.stats().size).toBe(2);
  });

  test('minIdle spare ones are kept ready within max', async () => {
    const { pool } = givenPool({ max: 3, minIdle: 2 });
    expect(pool.stats()).toMatchObject({ idle: 2, size: 2 });
    await pool.acquire();
    expect(pool.stats()).toMatchObject({ idle: 2, size: 3 });
    await pool.acquire();
    expect(pool.stats()).toMatchObject({ idle: 1, size: 3 });
  });

  test('a resource that dies as soon as it is opened is not replaced without end', async () => {
    const fake = fakeFactory();
    const pool = createPool(
      {
        ...fake,
        watch(resource, lost) {
          lost(new Error('dead on arrival'));
          return () => fake.watch?.(resource, lost);
        },
      },
      { min: 1, acquireTimeoutMs: 20 },
    );
    let ticks = 0;
    const timer = setInterval(() => ticks++, 2);
    expect((await outcome(pool.acquire())).error).toMatchObject({ code: 'XC_POOL_TIMEOUT' });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
    expect(pool.stats().created).toBeLessThan(30);
    await pool.drain();
  });
});

describe('resize', () => {
  test('a smaller max closes idle ones now, the longest idle first, and lent ones on return', async () => {
    const { pool, factory, clock, events } = givenPool({ max: 4 });
    const leases = await Promise.all([1, 2, 3, 4].map(() => pool.acquire()));
    leases[1]?.release();
    await clock.advance(5);
    leases[0]?.release();
    pool.resize({ max: 3 });
    expect(factory.opened.map(({ endReason }) => endReason)).toEqual([undefined, 'surplus', undefined, undefined]);
    pool.resize({ max: 1 });
    expect(pool.stats()).toMatchObject({ idle: 0, inUse: 2, max: 1, limit: 1 });
    leases[2]?.release();
    expect(factory.opened[2]?.endReason).toBe('surplus');
    leases[3]?.release();
    expect(pool.stats()).toMatchObject({ size: 1, idle: 1 });
    expect(leases[3]?.ended).toBe(true);
    expect(events.filter(({ type }) => type === 'resized')).toMatchObject([
      { max: 3, limit: 3 },
      { max: 1, limit: 1 },
    ]);
  });

  test('a larger max serves who waits, a larger min opens', async () => {
    const { pool, settle } = givenPool({ max: 1 });
    await pool.acquire();
    const waiter = watched(pool.acquire());
    pool.resize({ max: 4 });
    await settle();
    expect(waiter.settled).toBe(true);
    pool.resize({ min: 4 });
    expect(pool.stats()).toMatchObject({ size: 4, min: 4, max: 4 });
  });

  test('refuses what is no size, and everything after a drain', async () => {
    const { pool } = givenPool({ min: 2, max: 4 });
    expect(() => pool.resize({ max: 1 })).toThrow(new RangeError('min must be at most max (1), got 2'));
    expect(() => pool.resize({ max: 0 })).toThrow(new RangeError('max must be a positive integer, got 0'));
    await pool.drain();
    expect(() => pool.resize({ max: 5 })).toThrow(expect.objectContaining({ code: 'XC_POOL_CLOSED' }));
  });
});

describe('pause and clear', () => {
  test('paused, nothing is lent or opened; resumed, everything goes on', async () => {
    const { pool, factory, settle, types } = givenPool({ max: 2 });
    (await pool.acquire()).release();
    pool.pause();
    pool.pause();
    const waiter = watched(pool.acquire());
    await settle();
    expect(waiter.settled).toBe(false);
    expect(pool.tryAcquire()).toBeUndefined();
    expect(pool.stats().state).toBe('paused');
    expect(factory.creates).toBe(1);
    pool.resume();
    pool.resume();
    await settle();
    expect(waiter.settled).toBe(true);
    expect(types().filter((type) => type === 'paused' || type === 'resumed')).toEqual(['paused', 'resumed']);
  });

  test('clear closes idle ones, those being opened and those being cleaned as well, and fills up to min again', async () => {
    const { pool, factory, clock } = givenPool({ min: 1, max: 3 }, { createMs: 10, resetMs: 10, resets: true });
    await clock.advance(10);
    const lease = await pool.acquire();
    void outcome(pool.acquire());
    lease.release();
    pool.clear();
    await clock.advance(100);
    expect(factory.opened.slice(0, 2).map(({ endReason }) => endReason)).toEqual(['stale', 'stale']);
    expect(pool.stats()).toMatchObject({ generation: 1, inUse: 1 });
  });

  test('clear with interrupt takes what is lent: the signal aborts, the resource is closed, the slot is free', async () => {
    const { pool, factory, settle } = givenPool({ max: 1 });
    const lease = await pool.acquire();
    const { signal } = lease;
    const waiter = watched(pool.acquire());
    pool.clear({ lent: 'interrupt' });
    await settle();
    expect(signal.reason).toMatchObject({ code: 'XC_POOL_LOST' });
    expect(lease.ended).toBe(true);
    expect(() => lease.value).toThrow(expect.objectContaining({ code: 'XC_POOL_LEASE_ENDED' }));
    expect(factory.opened[0]?.endReason).toBe('stale');
    expect(waiter.value?.id).toBe(2);
    lease.release();
    expect(pool.stats().misuse).toBe(0);
  });
});

describe('warm', () => {
  test('resolves when so many are open', async () => {
    const { pool, clock } = givenPool({ min: 1, max: 4 }, { createMs: 50 });
    const warmed = watched(pool.warm({ count: 3 }));
    await clock.advance(99);
    expect(warmed.settled).toBe(false);
    await clock.advance(1);
    expect(warmed.value).toEqual({ opened: 3, tookMs: 100 });
    expect(await pool.warm()).toEqual({ opened: 0, tookMs: 0 });
  });

  test('rejects at the deadline with the last error as cause, while the pool goes on trying', async () => {
    const wrong = new Error('password authentication failed');
    const { pool, clock, factory } = givenPool({ min: 1 }, {}, (fake) => fake.failCreates(wrong));
    const warmed = outcome(pool.warm({ deadlineMs: 500 }));
    await clock.advance(500);
    expect((await warmed).error).toMatchObject({ code: 'XC_POOL_WARMUP', retryable: true, cause: wrong });
    factory.failCreates(undefined);
    await clock.advance(5_000);
    expect(pool.stats().size).toBe(1);
  });

  test('stops on abort and when the pool closes, and refuses bad input', async () => {
    const { pool } = givenPool({ max: 2 }, {}, (fake) => fake.hangCreates(true));
    const abort = new AbortController();
    const aborted = outcome(pool.warm({ count: 1, signal: abort.signal }));
    abort.abort(new Error('enough'));
    expect((await aborted).error).toMatchObject({ message: 'enough' });
    expect((await outcome(pool.warm({ count: -1 }))).error).toBeInstanceOf(RangeError);
    const closed = outcome(pool.warm({ count: 1 }));
    void pool.drain({ deadlineMs: 0 });
    expect((await closed).error).toMatchObject({ code: 'XC_POOL_CLOSED' });
    expect((await outcome(pool.warm())).error).toMatchObject({ code: 'XC_POOL_CLOSED' });
  });
});
