import { describe, expect, test } from 'vitest';
import { createPool } from '../src/index.ts';
import { fakeFactory } from '../src/testing/fake-factory.ts';
import { givenPool, watched } from './given-pool.ts';

const leaks = (events: readonly { readonly type: string }[]) => events.filter(({ type }) => type.startsWith('leak'));

test('a lease held too long is reported once, with its label, and once more when it comes back', async () => {
  const { pool, clock, events, logger, meter } = givenPool({ leak: { afterMs: 1_000 } });
  const lease = await pool.acquire({ label: 'orders' });
  await clock.advance(999);
  expect(leaks(events)).toEqual([]);
  await clock.advance(1);
  expect(leaks(events)).toMatchObject([{ type: 'leak', id: 1, label: 'orders', heldMs: 1_000 }]);
  await clock.advance(60_000);
  lease.release();
  expect(leaks(events)).toMatchObject([{ type: 'leak' }, { type: 'leak-returned', id: 1, heldMs: 61_000 }]);
  expect(pool.stats()).toMatchObject({ leaks: 1, idle: 1 });
  expect(meter.value('xc_pool_leaks_total', { pool: 'default' })).toBe(1);
  expect(logger.find({ level: 'warn', fields: { label: 'orders', id: 1 } })).toHaveLength(1);
});

test('each loan of a resource is a lease of its own', async () => {
  const { pool, clock, events } = givenPool({ max: 1, leak: { afterMs: 1_000 } });
  for (let loan = 0; loan < 3; loan++) {
    const lease = await pool.acquire();
    await clock.advance(600);
    lease.release();
  }
  expect(leaks(events)).toEqual([]);
  const lease = await pool.acquire();
  await clock.advance(1_000);
  lease.release();
  await pool.acquire();
  await clock.advance(1_000);
  expect(leaks(events).map(({ type }) => type)).toEqual(['leak', 'leak-returned', 'leak']);
});

test('below a tenth of a second nothing is a leak, and nothing ever is when switched off', async () => {
  const soon = givenPool({ leak: { afterMs: 1 } });
  await soon.pool.acquire();
  await soon.clock.advance(99);
  expect(soon.pool.stats().leaks).toBe(0);
  await soon.clock.advance(1);
  expect(soon.pool.stats().leaks).toBe(1);
  const off = givenPool({ leak: false });
  await off.pool.acquire();
  await off.clock.advance(3_600_000);
  expect(off.pool.stats().leaks).toBe(0);
});

test('close-on-return does not lend the resource on', async () => {
  const { pool, clock, factory } = givenPool({ leak: { afterMs: 1_000, action: 'close-on-return' } });
  const lease = await pool.acquire();
  await clock.advance(1_000);
  expect(lease.ended).toBe(false);
  lease.release();
  expect(factory.opened[0]?.endReason).toBe('leak');
});

test('reclaim ends the lease, aborts its signal, closes the resource and frees the slot', async () => {
  const { pool, clock, factory, events } = givenPool({ max: 1, leak: { afterMs: 1_000, action: 'reclaim' } });
  const lease = await pool.acquire();
  const { signal } = lease;
  const waiter = watched(pool.acquire());
  await clock.advance(1_000);
  expect(signal.reason).toMatchObject({ code: 'XC_POOL_LOST' });
  expect(lease.ended).toBe(true);
  expect(factory.opened[0]?.endReason).toBe('leak');
  expect(waiter.value?.id).toBe(2);
  await clock.advance(500);
  lease.release();
  expect(leaks(events)).toMatchObject([{ type: 'leak' }, { type: 'leak-returned', heldMs: 1_500 }]);
  expect(pool.stats()).toMatchObject({ misuse: 0, inUse: 1 });
});

describe('stacks', () => {
  async function borrowHere(pool: ReturnType<typeof givenPool>['pool']) {
    return pool.acquire();
  }

  test('always: the frames of the borrower and none of ours, captured at acquire and not when a waiter is served', async () => {
    const { pool, clock, events } = givenPool({ max: 1, leak: { afterMs: 1_000, stack: 'always' } });
    const first = await pool.acquire();
    const waiting = borrowHere(pool);
    await clock.advance(100);
    first.release();
    await waiting;
    await clock.advance(1_000);
    const stack = (leaks(events)[0] as { stack?: string }).stack ?? '';
    expect(stack.split('\n')[0]).toContain('borrowHere');
    expect(stack).not.toMatch(/pool[/\\]src/);
    expect(pool.leases()[0]?.stack).toBe(stack);
  });

  test('always: for use and tryAcquire as well', async () => {
    const { pool, clock } = givenPool({ leak: { afterMs: 1_000, stack: 'always' } });
    void pool.use(() => new Promise(() => {}));
    await clock.advance(0);
    const other = await pool.acquire();
    other.release();
    pool.tryAcquire();
    for (const { stack } of pool.leases()) {
      expect(stack?.split('\n')[0]).toContain('leaks.test.ts');
      expect(stack).not.toMatch(/pool[/\\]src/);
    }
    expect(pool.leases()).toHaveLength(2);
  });

  test('armed: from the first report on, for ten minutes', async () => {
    const { pool, clock } = givenPool({ leak: { afterMs: 1_000 } });
    await pool.acquire({ label: 'before' });
    await clock.advance(1_000);
    await pool.acquire({ label: 'armed' });
    await clock.advance(599_999);
    const leases = () => pool.leases().map(({ label, stack }) => [label, stack !== undefined]);
    expect(leases()).toEqual([
      ['before', false],
      ['armed', true],
    ]);
  });

  test('armed: not for ever', async () => {
    const { pool, clock } = givenPool({ leak: { afterMs: 1_000 } });
    const lease = await pool.acquire();
    await clock.advance(1_000);
    lease.release();
    await clock.advance(600_000);
    await pool.acquire();
    expect(pool.leases()[0]?.stack).toBeUndefined();
  });

  test('off: never', async () => {
    const { pool, clock } = givenPool({ leak: { afterMs: 1_000, stack: 'off' } });
    await pool.acquire();
    await clock.advance(1_000);
    await pool.acquire();
    expect(pool.leases().every(({ stack }) => stack === undefined)).toBe(true);
  });
});

test('a leak report that makes its listener throw harms nobody', async () => {
  const pool = createPool(fakeFactory(), {
    onEvent: () => {
      throw new Error('listener');
    },
  });
  expect(await pool.use(() => 1)).toBe(1);
  expect(await pool.drain()).toMatchObject({ clean: true });
});
