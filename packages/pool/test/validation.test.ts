import { describe, expect, test } from 'vitest';
import { givenPool, outcome, watched } from './given-pool.ts';

describe('on borrow', () => {
  test('validates what was idle for recheckAfterMs or more, and nothing used more recently', async () => {
    const { pool, clock, factory } = givenPool({ max: 1 }, { validates: true });
    (await pool.acquire()).release();
    await clock.advance(499);
    (await pool.acquire()).release();
    expect(factory.opened[0]?.validated).toEqual([]);
    await clock.advance(500);
    (await pool.acquire()).release();
    expect(factory.opened[0]?.validated).toEqual(['borrow']);
  });

  test('does not validate when told not to', async () => {
    const { pool, clock, factory } = givenPool({ max: 1, validateOnBorrow: false }, { validates: true });
    (await pool.acquire()).release();
    await clock.advance(5_000);
    (await pool.acquire()).release();
    expect(factory.opened[0]?.validated).toEqual([]);
  });

  test('tells validate the phase, the idle time, the age and a signal', async () => {
    const { pool, clock, factory } = givenPool({ max: 1, validateTimeoutMs: 100 }, { validates: true });
    const seen: unknown[] = [];
    let signal: AbortSignal | undefined;
    factory.validate = (_, context) => {
      seen.push([context.phase, context.idleMs, context.ageMs]);
      signal = context.signal;
      return new Promise(() => {});
    };
    const lease = await pool.acquire();
    await clock.advance(300);
    lease.release();
    await clock.advance(700);
    void outcome(pool.acquire());
    expect(seen).toEqual([['borrow', 700, 1_000]]);
    expect(signal?.aborted).toBe(false);
    await clock.advance(100);
    expect(signal?.aborted).toBe(true);
  });

  test.each([
    ['says no', () => false],
    [
      'throws',
      () => {
        throw new Error('thrown');
      },
    ],
    ['rejects', () => Promise.reject(new Error('rejected'))],
    ['hangs', () => new Promise<boolean>(() => {})],
  ])(
    'a resource whose validate %s is closed, and the borrower gets a new one within its deadline',
    async (_, validate) => {
      const { pool, clock, factory } = givenPool({ max: 1, validateTimeoutMs: 100 }, { validates: true });
      (await pool.acquire()).release();
      await clock.advance(1_000);
      factory.validate = (resource) => (resource.id === 1 ? validate() : true);
      const borrower = watched(pool.acquire({ timeoutMs: 200 }));
      await clock.advance(100);
      expect(borrower.value?.id).toBe(2);
      expect(factory.opened[0]?.endReason).toBe('invalid');
      expect(pool.stats()).toMatchObject({ size: 1, inUse: 1, closing: 0 });
    },
  );

  test('when validate refuses everything the borrower gets a time-out, and the event loop stays alive', async () => {
    const { pool, clock, factory } = givenPool({ recheckAfterMs: 0, acquireTimeoutMs: 200 }, { validates: true });
    factory.validate = () => Promise.reject(new Error('never'));
    const borrower = outcome(pool.acquire());
    await clock.advance(200);
    expect((await borrower).error).toMatchObject({ code: 'XC_POOL_TIMEOUT' });
    expect(factory.creates).toBeLessThan(30);
    expect(factory.violations).toEqual([]);
  });

  test('the time that validation takes counts for the deadline, and the resource is not lost', async () => {
    const { pool, clock } = givenPool({ max: 1 }, { validates: true, validateMs: 80 });
    (await pool.acquire()).release();
    await clock.advance(1_000);
    const borrower = outcome(pool.acquire({ timeoutMs: 50 }));
    await clock.advance(50);
    expect((await borrower).error).toMatchObject({ code: 'XC_POOL_TIMEOUT' });
    await clock.advance(30);
    expect(pool.stats()).toMatchObject({ idle: 1, size: 1 });
  });

  test('one that comes back meanwhile serves the borrower, and the validated one goes to the next', async () => {
    const { pool, clock } = givenPool({ max: 2 }, { validates: true, validateMs: 50 });
    const busy = await pool.acquire();
    (await pool.acquire()).release();
    await clock.advance(1_000);
    const first = watched(pool.acquire());
    const second = watched(pool.acquire());
    busy.release();
    await clock.advance(0);
    expect(first.value?.id).toBe(1);
    await clock.advance(50);
    expect(second.value?.id).toBe(2);
  });
});

describe('on return', () => {
  test('reset comes first, then validation, then the hand-off, and the caller does not wait', async () => {
    const { pool, clock, factory } = givenPool(
      { max: 1, validateOnReturn: true },
      { resets: true, resetMs: 10, validates: true, validateMs: 10 },
    );
    const lease = await pool.acquire();
    const waiter = watched(pool.acquire());
    lease.release();
    expect(pool.stats()).toMatchObject({ size: 1, idle: 0, inUse: 0 });
    await clock.advance(10);
    expect(factory.opened[0]).toMatchObject({ resets: 1, validated: ['return'] });
    expect(waiter.settled).toBe(false);
    await clock.advance(10);
    expect(waiter.value?.id).toBe(1);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('thrown');
      },
    ],
    ['rejects', () => Promise.reject(new Error('rejected'))],
    ['hangs', () => new Promise<void>(() => {})],
  ])('a resource whose reset %s is closed, and the next gets a new one', async (_, reset) => {
    const { pool, clock, factory, logger } = givenPool({ max: 1, resetTimeoutMs: 100 }, { resets: true });
    factory.reset = reset;
    const lease = await pool.acquire();
    const waiter = watched(pool.acquire());
    lease.release();
    await clock.advance(100);
    expect(factory.opened[0]?.endReason).toBe('reset-failed');
    expect(waiter.value?.id).toBe(2);
    expect(logger.find({ level: 'warn', message: /could not be cleaned/ })).toHaveLength(1);
  });

  test('validation on return is honoured', async () => {
    const { pool, factory } = givenPool({ max: 1, validateOnReturn: true }, { validates: true });
    const lease = await pool.acquire();
    factory.kill(lease.value, { silent: true });
    lease.release();
    expect(factory.opened[0]).toMatchObject({ endReason: 'invalid', validated: ['return'] });
  });

  test('a reset may report what the owner before left behind', async () => {
    const { pool, factory, events, meter } = givenPool({ max: 1 }, { resets: true });
    factory.reset = (_, context) => context.misuse('open-transaction');
    (await pool.acquire()).release();
    expect(pool.stats()).toMatchObject({ misuse: 1, idle: 1 });
    expect(events.at(-1)).toMatchObject({ type: 'misuse', kind: 'open-transaction' });
    expect(meter.value('xc_pool_misuse_total', { pool: 'default', kind: 'open-transaction' })).toBe(1);
  });

  test('so many uses and no more', async () => {
    const { pool, factory } = givenPool({ max: 1, maxUses: 3 });
    for (let use = 0; use < 7; use++) await pool.use(() => {});
    expect(factory.opened.map(({ endReason }) => endReason)).toEqual(['uses', 'uses', undefined]);
  });

  test('age ends no loan, but is looked at on return', async () => {
    const { pool, clock, factory } = givenPool({ max: 1, maxLifetimeMs: 1_000, lifetimeJitter: 0 });
    const lease = await pool.acquire();
    await clock.advance(5_000);
    expect(lease.ended).toBe(false);
    lease.release();
    expect(factory.opened[0]?.endReason).toBe('lifetime');
  });
});

describe('in the background', () => {
  test('validates idle resources every keepaliveMs less the jitter, and replaces a bad one', async () => {
    const { pool, clock, factory, events } = givenPool(
      { min: 1, max: 2, keepaliveMs: 1_000, keepaliveJitter: 0.5, random: { next: () => 0.5 } },
      { validates: true },
    );
    await clock.advance(749);
    expect(factory.opened[0]?.validated).toEqual([]);
    await clock.advance(1);
    expect(factory.opened[0]?.validated).toEqual(['idle']);
    await clock.advance(750);
    expect(factory.opened[0]?.validated).toEqual(['idle', 'idle']);
    const [first] = factory.opened;
    if (first !== undefined) factory.kill(first, { silent: true });
    await clock.advance(750);
    expect(first?.endReason).toBe('invalid');
    expect(pool.stats()).toMatchObject({ idle: 1, created: 2 });
    expect(events.filter(({ type }) => type === 'acquire-failed')).toEqual([]);
  });

  test('does not count as a use: the idle time goes on', async () => {
    const { pool, clock, factory } = givenPool({ keepaliveMs: 400, idleTimeoutMs: 1_000 }, { validates: true });
    (await pool.acquire()).release();
    await clock.advance(999);
    expect(factory.opened[0]).toMatchObject({ validated: ['idle', 'idle'], endReason: undefined });
    await clock.advance(1);
    expect(factory.opened[0]?.endReason).toBe('idle');
  });

  test('a lent resource is left alone, and gets its whole time again when it is back', async () => {
    const { pool, clock, factory } = givenPool({ keepaliveMs: 1_000, keepaliveJitter: 0 }, { validates: true });
    const lease = await pool.acquire();
    await clock.advance(1_700);
    lease.release();
    await clock.advance(999);
    expect(factory.opened[0]?.validated).toEqual([]);
    await clock.advance(1);
    expect(factory.opened[0]?.validated).toEqual(['idle']);
  });

  test('a silent cut is found by the keep-alive, and a borrower waits no longer than the time-out and a create', async () => {
    const { pool, clock, factory } = givenPool(
      { max: 1, keepaliveMs: 1_000, keepaliveJitter: 0, validateTimeoutMs: 200 },
      { validates: true, createMs: 30 },
    );
    const lease = pool.acquire();
    await clock.advance(30);
    (await lease).release();
    factory.validate = (resource) => (resource.id === 1 ? new Promise<boolean>(() => {}) : true);
    await clock.advance(1_000);
    const borrower = watched(pool.acquire());
    await clock.advance(199);
    expect(borrower.settled).toBe(false);
    await clock.advance(31);
    expect(borrower.value?.id).toBe(2);
  });
});

describe('after the machine slept', () => {
  test('every idle resource is validated before its next use, whatever recheckAfterMs says', async () => {
    const options = { max: 2, recheckAfterMs: Number.POSITIVE_INFINITY };
    const { pool, clock, factory } = givenPool(options, { validates: true });
    const leases = [await pool.acquire(), await pool.acquire()];
    for (const lease of leases) lease.release();
    clock.set(clock.now() + 3_600_000);
    const [one, other] = [await pool.acquire(), await pool.acquire()];
    expect(factory.opened.map(({ validated }) => validated)).toEqual([['borrow'], ['borrow']]);
    one.release();
    other.release();
    (await pool.acquire()).release();
    expect(factory.opened.flatMap(({ validated }) => validated)).toHaveLength(2);
  });

  test('a clock that is off by a second means nothing', async () => {
    const { pool, clock, factory } = givenPool({ max: 1 }, { validates: true });
    (await pool.acquire()).release();
    clock.set(clock.now() + 1_000);
    (await pool.acquire()).release();
    expect(factory.opened[0]?.validated).toEqual([]);
  });
});
