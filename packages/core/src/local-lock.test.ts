import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { isXcError } from './error.ts';
import { localLock } from './local-lock.ts';
import type { LockLease } from './lock.ts';
import { ManualClock } from './testing/manual-clock.ts';

function setUp(start = 0) {
  const clock = new ManualClock(start);
  return { clock, lock: localLock({ clock }) };
}

describe('localLock', () => {
  test('lets one in at a time, in the order of asking', async () => {
    const { lock } = setUp();
    const order: string[] = [];
    const turn = async (who: string) => {
      await using lease = await lock.acquire('a');
      order.push(`${who} in`);
      await Promise.resolve(lease);
      order.push(`${who} out`);
    };
    await Promise.all(['x', 'y', 'z'].map(turn));
    expect(order).toEqual(['x in', 'x out', 'y in', 'y out', 'z in', 'z out']);
  });

  test('keeps names apart', async () => {
    const { lock } = setUp();
    const leases = await Promise.all([lock.acquire('a'), lock.acquire('b')]);
    expect(leases.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('gives every acquisition of a name a greater fence, also after silence', async () => {
    const { lock } = setUp();
    const fences: bigint[] = [];
    for (const name of ['a', 'b', 'a', 'b', 'a']) {
      const lease = await lock.acquire(name);
      if (name === 'a') fences.push(lease.fence);
      await lease.release();
    }
    expect(fences[1]).toBeGreaterThan(fences[0] ?? 0n);
    expect(fences[2]).toBeGreaterThan(fences[1] ?? 0n);
  });

  test('begins its fences above those of an earlier start of the process', async () => {
    const before = await setUp(1_700_000_000_000).lock.acquire('a');
    const after = await setUp(1_700_000_000_001).lock.acquire('a');
    expect(after.fence).toBeGreaterThan(before.fence);
  });

  test('a lease that runs out tells its holder and lets the next one in', async () => {
    const { clock, lock } = setUp();
    const first = await lock.acquire('a', { ttlMs: 100 });
    const next = lock.acquire('a');
    const { signal } = first;
    await clock.advance(99);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(isXcError(signal.reason, 'XC_LOCK_LOST')).toBe(true);
    expect((await next).fence).toBeGreaterThan(first.fence);
    expect(clock.pending).toBe(1);
  });

  test('a signal first read after the lease ran out is aborted already', async () => {
    const { clock, lock } = setUp();
    const lease = await lock.acquire('a', { ttlMs: 100 });
    await clock.advance(100);
    expect(isXcError(lease.signal.reason, 'XC_LOCK_LOST')).toBe(true);
  });

  test('sees by the clock that a lease ran out, before any timer has fired', async () => {
    const clock = new ManualClock();
    let late = 0;
    // A blocked event loop: time has passed, timers have not fired.
    const blocked = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic() + late,
      sleep: clock.sleep.bind(clock),
      after: clock.after.bind(clock),
      every: clock.every.bind(clock),
    };
    const lock = localLock({ clock: blocked });
    const lease = await lock.acquire('a', { ttlMs: 100 });
    late = 100;
    const next = await lock.acquire('a', { waitMs: 0 });
    expect(next.fence).toBeGreaterThan(lease.fence);
    expect(lease.signal.aborted).toBe(true);
  });

  test('release frees the lock, twice does nothing, and the signal stays quiet', async () => {
    const { clock, lock } = setUp();
    const lease = await lock.acquire('a', { ttlMs: 100 });
    const { signal } = lease;
    await lease.release();
    const next = await lock.acquire('a', { waitMs: 0 });
    await lease.release();
    await lease[Symbol.asyncDispose]();
    await expect(lock.acquire('a', { waitMs: 0 })).rejects.toMatchObject({ code: 'XC_LOCK_TIMEOUT' });
    await next.release();
    await clock.advance(1_000);
    expect(signal.aborted).toBe(false);
    expect(clock.pending).toBe(0);
  });

  test('release of a lease that ran out does not take the lock from its new holder', async () => {
    const { clock, lock } = setUp();
    const late = await lock.acquire('a', { ttlMs: 10 });
    const holder = lock.acquire('a');
    await clock.advance(10);
    await holder;
    await late.release();
    await expect(lock.acquire('a', { waitMs: 0 })).rejects.toMatchObject({ code: 'XC_LOCK_TIMEOUT' });
  });

  test('a waiter gives up after waitMs, and its place in the queue is gone', async () => {
    const { clock, lock } = setUp();
    const lease = await lock.acquire('a');
    const impatient = lock.acquire('a', { waitMs: 50 }).catch((error: unknown) => error);
    const patient = lock.acquire('a');
    await clock.advance(50);
    expect(await impatient).toMatchObject({
      code: 'XC_LOCK_TIMEOUT',
      retryable: true,
      details: { name: 'a', waitMs: 50 },
      message: 'lock "a" was not free within 50 ms',
    });
    await lease.release();
    expect((await patient).name).toBe('a');
  });

  test('waits 5 s and leases for 30 s unless told otherwise; waits for ever when told to', async () => {
    const { clock, lock } = setUp();
    const lease = await lock.acquire('a');
    const waiting = lock.acquire('a').catch((error: unknown) => error);
    let endless: LockLease | undefined;
    void lock.acquire('a', { waitMs: Number.POSITIVE_INFINITY }).then((given) => {
      endless = given;
    });
    await clock.advance(5_000);
    expect(isXcError(await waiting, 'XC_LOCK_TIMEOUT')).toBe(true);
    await clock.advance(24_999);
    expect([lease.signal.aborted, endless]).toEqual([false, undefined]);
    await clock.advance(1);
    expect(lease.signal.aborted).toBe(true);
    expect(endless?.name).toBe('a');
  });

  test('an abort ends a wait at once with its reason and leaves nothing behind', async () => {
    const { clock, lock } = setUp();
    const lease = await lock.acquire('a');
    const controller = new AbortController();
    const waiting = lock.acquire('a', { signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(clock.pending).toBe(1);
    await lease.release();
    expect(clock.pending).toBe(0);
    expect((await lock.acquire('a', { waitMs: 0 })).name).toBe('a');
  });

  test('does not let in whoever has aborted already, though the lock is free', async () => {
    const { lock } = setUp();
    await expect(lock.acquire('a', { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    expect((await lock.acquire('a', { waitMs: 0 })).name).toBe('a');
  });

  test('leaves no listener on the signal of a waiter that got the lock', async () => {
    const { lock } = setUp();
    const { signal } = new AbortController();
    const lease = await lock.acquire('a');
    const waiting = lock.acquire('a', { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await lease.release();
    await waiting;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('a holder that asks again while it hears of its loss waits behind those who asked before', async () => {
    const { clock, lock } = setUp();
    const order: string[] = [];
    const first = await lock.acquire('a', { ttlMs: 10 });
    first.signal.addEventListener('abort', () => {
      void lock.acquire('a').then(() => order.push('again'));
    });
    void lock.acquire('a').then(async (lease) => {
      order.push('waiter');
      await lease.release();
    });
    await clock.advance(10);
    expect(order).toEqual(['waiter', 'again']);
  });

  test.each<[string, unknown, Error]>([
    ['a', { ttlMs: 0 }, new RangeError('ttlMs must be a finite number of at least 1, got 0')],
    ['a', { ttlMs: Infinity }, new RangeError('ttlMs must be a finite number of at least 1, got Infinity')],
    ['a', { waitMs: -1 }, new RangeError('waitMs must be a finite number of at least 0, got -1')],
    ['a', { waitMs: '1' }, new TypeError('waitMs must be a number, got string 1')],
    ['a', { wait: 1 }, new TypeError('unknown option wait')],
    ['', {}, new RangeError('name must not be empty')],
    [5 as never, {}, new TypeError('name must be a string, got number')],
  ])('refuses %j with %j', async (name, options, error) => {
    await expect(setUp().lock.acquire(name, options as never)).rejects.toThrow(error);
  });
});
