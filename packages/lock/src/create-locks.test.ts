import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createLocks } from './create-locks.ts';

function setUp() {
  const clock = new ManualClock(1_700_000_000_000);
  return { clock, locks: createLocks({ clock }) };
}

describe('acquire', () => {
  test('gives a lease with its name, a fence and a quiet signal', async () => {
    const { locks } = setUp();
    const lease = await locks.acquire('a');
    expect(lease.name).toBe('a');
    expect(typeof lease.fence).toBe('bigint');
    expect(lease.signal).toBeInstanceOf(AbortSignal);
    expect(lease.signal.aborted).toBe(false);
    expect(lease.signal).toBe(lease.signal);
  });

  test('keeps names apart, and lets nobody in twice', async () => {
    const { locks } = setUp();
    await locks.acquire('a');
    await locks.acquire('b');
    expect(await locks.tryAcquire('a')).toBeUndefined();
    await expect(locks.acquire('b', { waitMs: 0 })).rejects.toMatchObject({
      code: 'XC_LOCK_TIMEOUT',
      retryable: true,
      details: { name: 'b', waitMs: 0 },
    });
  });

  test('renews every third of the ttl, for as long as it is held', async () => {
    const { clock, locks } = setUp();
    const lease = await locks.acquire('a', { ttlMs: 300 });
    await clock.advance(10_000);
    expect(lease.signal.aborted).toBe(false);
    expect(await locks.tryAcquire('a')).toBeUndefined();
    await lease.release();
    expect(clock.pending).toBe(0);
  });

  test('loses a lease that is not renewed, before its store lets the next one in', async () => {
    const { clock, locks } = setUp();
    const lease = await locks.acquire('a', { ttlMs: 1_000, renew: false });
    const { signal } = lease;
    await clock.advance(987);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ code: 'XC_LOCK_LOST', details: { name: 'a', fence: String(lease.fence) } });
    expect(await locks.tryAcquire('a')).toBeUndefined();
    await clock.advance(12);
    expect((await locks.tryAcquire('a'))?.fence).toBeGreaterThan(lease.fence);
  });

  test('ends a lease that is held for too long, though it is renewed', async () => {
    const { clock, locks } = setUp();
    const lease = await locks.acquire('a', { ttlMs: 300, maxHoldMs: 1_000 });
    await clock.advance(999);
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(lease.signal.reason).toMatchObject({ code: 'XC_LOCK_LOST' });
    await clock.advance(300);
    expect(await locks.tryAcquire('a')).toBeDefined();
  });

  test('takes its defaults from where it was made', async () => {
    const clock = new ManualClock();
    const locks = createLocks({ clock, defaults: { ttlMs: 200, renew: false, waitMs: 50 } });
    const lease = await locks.acquire('a', { ttlMs: undefined as never });
    const refused = locks.acquire('a').catch((error: unknown) => error);
    await clock.advance(50);
    expect(await refused).toMatchObject({ code: 'XC_LOCK_TIMEOUT' });
    await clock.advance(150);
    expect(lease.signal.aborted).toBe(true);
  });

  test('waits 5 s and leases for 30 s unless told otherwise', async () => {
    const { clock, locks } = setUp();
    const lease = await locks.acquire('a', { renew: false });
    const refused = locks.acquire('a').catch((error: unknown) => error);
    await clock.advance(4_999);
    const early = await Promise.race([refused, Promise.resolve('waits')]);
    expect(early).toBe('waits');
    await clock.advance(1);
    expect(await refused).toMatchObject({ code: 'XC_LOCK_TIMEOUT' });
    expect(lease.signal.aborted).toBe(false);
    await clock.advance(25_000);
    expect(lease.signal.aborted).toBe(true);
  });
});

describe('a lease', () => {
  test('is found lost at the first look at a signal that was read long ago, before any timer has fired', async () => {
    const clock = new ManualClock();
    let asleepMs = 0;
    // A process that was stopped: time has passed, no timer has fired.
    const stopped = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic() + asleepMs,
      sleep: clock.sleep.bind(clock),
      after: clock.after.bind(clock),
      every: clock.every.bind(clock),
    };
    const locks = createLocks({ clock: stopped });
    const { signal } = await locks.acquire('a', { ttlMs: 1_000 });
    const joint = await locks.acquireAll(['b', 'c'], { ttlMs: 1_000 });
    const jointSignal = joint.signal;
    asleepMs = 1_000;
    expect(signal.aborted).toBe(true);
    expect(jointSignal.aborted).toBe(true);
    expect(() => jointSignal.throwIfAborted()).toThrow(expect.objectContaining({ code: 'XC_LOCK_LOST' }));
    const other = await locks.acquire('d', { ttlMs: 1_000 });
    const read = other.signal;
    asleepMs = 2_000;
    expect(() => read.throwIfAborted()).toThrow(expect.objectContaining({ code: 'XC_LOCK_LOST' }));
    expect(AbortSignal.any([read]).aborted).toBe(true);
  });

  test('releases once, whoever holds the lock by then', async () => {
    const { clock, locks } = setUp();
    const late = await locks.acquire('a', { ttlMs: 100, renew: false });
    await clock.advance(100);
    const next = await locks.acquire('a');
    await late.release();
    await late[Symbol.asyncDispose]();
    expect(await locks.tryAcquire('a')).toBeUndefined();
    await next.release();
    await next.release();
    expect(next.signal.aborted).toBe(false);
    expect(await locks.tryAcquire('a')).toBeDefined();
  });

  test('is lost as soon as a renewal finds that somebody else may hold it', async () => {
    const { clock, locks } = setUp();
    const thief = createLocks({ clock });
    const lease = await locks.acquire('a', { ttlMs: 300 });
    expect(await thief.forceRelease('a')).toBe(false);
    expect(await locks.forceRelease('a')).toBe(true);
    expect(lease.signal.reason).toMatchObject({ code: 'XC_LOCK_LOST' });
    expect(await locks.forceRelease('a')).toBe(false);
  });

  test('knows nothing of wall clocks that jump', async () => {
    const { clock, locks } = setUp();
    const fences: bigint[] = [];
    for (const jump of [3_600_000, -7_200_000, 3_600_000]) {
      const lease = await locks.acquire('a', { ttlMs: 1_000 });
      clock.set(clock.now() + jump);
      expect(lease.signal.aborted).toBe(false);
      expect(await locks.tryAcquire('a')).toBeUndefined();
      fences.push(lease.fence);
      await lease.release();
    }
    expect(fences[1]).toBeGreaterThan(fences[0] as bigint);
    expect(fences[2]).toBeGreaterThan(fences[1] as bigint);
  });
});

describe('using', () => {
  test('gives what the function gives, under a lease that is released', async () => {
    const { locks } = setUp();
    const result = await locks.using('a', async (lease) => {
      expect(await locks.tryAcquire('a')).toBeUndefined();
      return lease.fence;
    });
    expect(typeof result).toBe('bigint');
    expect(await locks.tryAcquire('a')).toBeDefined();
  });

  test('passes on what the function throws, and releases', async () => {
    const { locks } = setUp();
    const error = new Error('no');
    await expect(locks.using('a', () => Promise.reject(error))).rejects.toBe(error);
    const thrown = () => {
      throw error;
    };
    await expect(locks.using('a', thrown)).rejects.toBe(error);
    expect(await locks.tryAcquire('a')).toBeDefined();
  });

  test('rejects when the lease was lost while the function ran and resolved', async () => {
    const { clock, locks } = setUp();
    const done = locks.using('a', () => clock.sleep(100), { ttlMs: 100, renew: false });
    const outcome = done.catch((error: unknown) => error);
    await clock.advance(100);
    expect(await outcome).toMatchObject({ code: 'XC_LOCK_LOST' });
    const failed = locks.using(
      'a',
      async () => {
        await clock.sleep(100);
        throw new Error('mine');
      },
      { ttlMs: 100, renew: false },
    );
    const failure = failed.catch((error: unknown) => error);
    await clock.advance(100);
    expect(await failure).toMatchObject({ message: 'mine' });
  });
});

describe('acquireAll', () => {
  test('takes all names or none, each once', async () => {
    const { clock, locks } = setUp();
    const all = await locks.acquireAll(['b', 'a', 'b']);
    expect(all.name).toBe('a, b');
    for (const name of ['a', 'b']) expect(await locks.tryAcquire(name)).toBeUndefined();
    const some = locks.acquireAll(['c', 'b'], { waitMs: 100 }).catch((error: unknown) => error);
    await clock.advance(100);
    expect(await some).toMatchObject({ code: 'XC_LOCK_TIMEOUT' });
    await all.release();
    await all.release();
    for (const name of ['a', 'b', 'c']) expect(await locks.tryAcquire(name)).toBeDefined();
  });

  test('has a fence that no later one of any of its names is below', async () => {
    const { locks } = setUp();
    for (let turn = 0; turn < 3; turn += 1) {
      const all = await locks.acquireAll(['a', 'b', 'c']);
      await all.release();
      for (const name of ['c', 'b', 'a']) {
        const single = await locks.acquire(name);
        expect(single.fence).toBeGreaterThan(all.fence);
        await single.release();
      }
    }
  });

  test('never waits in a circle, in whatever order they are named', async () => {
    const { clock, locks } = setUp();
    let rounds = 0;
    const work = async (names: readonly string[]) => {
      for (let round = 0; round < 5; round += 1) {
        await using lease = await locks.acquireAll(names, { waitMs: Number.POSITIVE_INFINITY });
        await clock.sleep(1);
        rounds += lease.signal.aborted ? 0 : 1;
      }
    };
    const works = [work(['a', 'b', 'c']), work(['c', 'b', 'a']), work(['b', 'a']), work(['c', 'a'])];
    await clock.advance(1_000);
    await Promise.all(works);
    expect(rounds).toBe(20);
  });

  test('is lost with the first of its leases', async () => {
    const { locks } = setUp();
    const all = await locks.acquireAll(['a', 'b']);
    const { signal } = all;
    let told = 0;
    signal.addEventListener('abort', () => {
      told += 1;
    });
    await locks.forceRelease('b');
    expect([signal.aborted, told]).toEqual([true, 1]);
    await all.release();
    expect(await locks.tryAcquire('a')).toBeDefined();
  });
});

describe('semaphore', () => {
  test('lets so many in, whatever name they ask for', async () => {
    const { clock, locks } = setUp();
    const permits = locks.semaphore('db', 2);
    const [first, second] = [await permits.acquire('db'), await permits.acquire('report')];
    expect([first.name, second.name]).toEqual(['db', 'db']);
    expect(second.fence).toBeGreaterThan(first.fence);
    await expect(permits.acquire('db', { waitMs: 0 })).rejects.toMatchObject({ code: 'XC_LOCK_TIMEOUT' });
    const third = permits.acquire('db');
    const fourth = permits.acquire('db');
    await first.release();
    await second.release();
    expect((await third).fence).toBeGreaterThan(second.fence);
    expect((await fourth).fence).toBeGreaterThan((await third).fence);
    expect(await locks.tryAcquire('db')).toBeDefined();
    await clock.advance(0);
  });
});

describe('inspect', () => {
  test('tells who holds and how many wait', async () => {
    const { clock, locks } = setUp();
    expect(await locks.inspect('a')).toBeUndefined();
    const lease = await locks.acquire('a', { ttlMs: 1_000 });
    const waiting = [locks.acquire('a'), locks.acquire('a')];
    expect(await locks.inspect('a')).toEqual({ held: true, fence: lease.fence, ttlLeftMs: 1_000, waiters: 2 });
    await clock.advance(300);
    expect((await locks.inspect('a'))?.ttlLeftMs).toBe(700);
    await lease.release();
    const next = await waiting[0];
    expect(await locks.inspect('a')).toMatchObject({ held: true, fence: next?.fence, waiters: 1 });
    await next?.release();
    await (await waiting[1])?.release();
    expect(await locks.inspect('a')).toMatchObject({ held: false, ttlLeftMs: 0, waiters: 0 });
  });
});
