import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock, SeededRandom } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { changed } from '../test/changed-store.ts';
import { createLocks } from './create-locks.ts';
import { memoryLockStore } from './memory-store.ts';
import type { Answer, LockStore } from './store.ts';

function setUp() {
  const clock = new ManualClock();
  const store = memoryLockStore({ clock });
  return { clock, store, locks: createLocks({ clock, store }) };
}

/** A store that answers only when it is told to, and counts what it is asked. */
function slow(inner: LockStore) {
  const asked: string[] = [];
  const pending: (() => void)[] = [];
  const later = <T>(what: string, question: () => Answer<T>): Promise<T> => {
    asked.push(what);
    return new Promise((resolve, reject) => {
      pending.push(() => {
        Promise.resolve(question()).then(resolve, reject);
      });
    });
  };
  const store = changed(inner, {
    acquire: (claim) => later('acquire', () => inner.acquire(claim)),
    release: (claim) => later('release', () => inner.release(claim)),
    busyMs: (claim) => later('busyMs', () => inner.busyMs(claim)),
  });
  const answer = async () => {
    for (const one of pending.splice(0)) one();
    await turn();
  };
  return { store, asked, answer };
}

describe('waiting', () => {
  test('lets them in in the order of their asking', async () => {
    const { locks } = setUp();
    const order: string[] = [];
    const work = (who: string) =>
      locks.using('a', async () => {
        order.push(`${who} in`);
        await turn();
        order.push(`${who} out`);
      });
    await Promise.all(['x', 'y', 'z'].map(work));
    expect(order).toEqual(['x in', 'x out', 'y in', 'y out', 'z in', 'z out']);
  });

  test('goes in order over several locks of one store', async () => {
    const { clock, store, locks } = setUp();
    const others = createLocks({ clock, store });
    const lease = await locks.acquire('a');
    const order: string[] = [];
    const one = others.acquire('a').then((next) => {
      order.push('others');
      return next.release();
    });
    const two = locks.acquire('a').then(() => order.push('own'));
    await lease.release();
    await Promise.all([one, two]);
    expect(order).toEqual(['others', 'own']);
  });

  test('ends after waitMs, and for ever means for ever', async () => {
    const { clock, locks } = setUp();
    const lease = await locks.acquire('a');
    const impatient = locks.acquire('a', { waitMs: 50 }).catch((error: unknown) => error);
    const patient = locks.acquire('a', { waitMs: Number.POSITIVE_INFINITY });
    await clock.advance(50);
    expect(await impatient).toMatchObject({
      code: 'XC_LOCK_TIMEOUT',
      retryable: true,
      message: 'lock "a" was not free within 50 ms',
    });
    await clock.advance(86_400_000);
    await lease.release();
    expect((await patient).signal.aborted).toBe(false);
  });

  test('gets a lock that its holder let run out, at the time when it does', async () => {
    const { clock, store, locks } = setUp();
    await store.acquire({ name: 'a', owner: 'dead', ttlMs: 10_000, permits: undefined });
    let wonAt: number | undefined;
    const won = locks.acquire('a', { waitMs: 20_000 }).then(() => {
      wonAt = clock.monotonic();
    });
    await clock.advance(10_010);
    await won;
    expect(wonAt).toBeGreaterThanOrEqual(10_000);
    expect(wonAt).toBeLessThanOrEqual(10_002);
  });

  test('looks for itself when messages are lost, spread at first and four times a second then', async () => {
    const clock = new ManualClock();
    const inner = memoryLockStore({ clock });
    const looks: number[] = [];
    const deaf = changed(inner, {
      busyMs(claim) {
        looks.push(clock.monotonic());
        return inner.busyMs(claim);
      },
      watch: () => ({ close: async () => {} }),
    });
    const locks = createLocks({ clock, store: deaf, random: new SeededRandom(7) });
    const lease = await locks.acquire('a');
    const all = Array.from({ length: 1_000 }, () => locks.acquire('a', { waitMs: 60_000 }));
    await clock.advance(10_000);
    expect(looks[0]).toBeGreaterThanOrEqual(50);
    expect(looks[0]).toBeLessThanOrEqual(250);
    expect(looks.length).toBeLessThanOrEqual(40);
    await lease.release();
    await clock.advance(250);
    expect((await all[0])?.fence).toBeGreaterThan(lease.fence);
    await Promise.all([locks[Symbol.asyncDispose](), ...all.slice(1).map((one) => one.catch(() => {}))]);
  });

  test('holds the store to one question at a time, however many come at once', async () => {
    const clock = new ManualClock();
    const { store, asked, answer } = slow(memoryLockStore({ clock }));
    const locks = createLocks({ clock, store });
    const all = Array.from({ length: 100 }, () => locks.acquire('a'));
    expect(asked).toEqual(['acquire']);
    await answer();
    const first = await all[0];
    await answer();
    expect(asked.filter((what) => what === 'acquire')).toHaveLength(1);
    const released = first?.release();
    await answer();
    await answer();
    await released;
    expect((await all[1])?.fence).toBeGreaterThan(first?.fence as bigint);
    for (const one of all.slice(2)) one.catch(() => {});
    const disposal = locks[Symbol.asyncDispose]();
    for (let round = 0; round < 5; round += 1) await answer();
    await disposal;
  });
});

describe('giving up', () => {
  test('ends a wait at once with the reason, and leaves nothing behind', async () => {
    const { clock, store, locks } = setUp();
    const lease = await locks.acquire('a', { renew: false });
    const controller = new AbortController();
    const reason = new Error('enough');
    const waiting = Array.from({ length: 20 }, () => locks.acquire('a', { signal: controller.signal }));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort(reason);
    for (const one of waiting) await expect(one).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    expect(clock.pending).toBe(1);
    expect(await store.inspect('a')).toMatchObject({ waiters: 0 });
    await lease.release();
    expect(clock.pending).toBe(0);
    expect(await locks.tryAcquire('a', { signal: new AbortController().signal })).toBeDefined();
  });

  test('lets nobody in who has aborted already', async () => {
    const { locks } = setUp();
    const signal = AbortSignal.abort('no');
    await expect(locks.acquire('a', { signal })).rejects.toBe('no');
    await expect(locks.tryAcquire('a', { signal })).rejects.toBe('no');
    expect(await locks.tryAcquire('a')).toBeDefined();
  });

  test('in the very tick of winning leaves the lock free', async () => {
    const { locks } = setUp();
    for (const isHeld of [true, false]) {
      const lease = isHeld ? await locks.acquire('a') : undefined;
      const controller = new AbortController();
      const winning = locks.acquire('a', { signal: controller.signal });
      void lease?.release();
      controller.abort(new Error('too late'));
      await expect(winning).rejects.toThrow('too late');
      const free = await locks.tryAcquire('a');
      expect(free).toBeDefined();
      await free?.release();
    }
  });

  test('while the winning answer is on its way gives the lock back when it comes', async () => {
    const clock = new ManualClock();
    const inner = memoryLockStore({ clock });
    const { store, answer } = slow(inner);
    const locks = createLocks({ clock, store });
    for (const acquire of [locks.acquire.bind(locks), locks.tryAcquire.bind(locks)]) {
      const controller = new AbortController();
      const winning = acquire('a', { signal: controller.signal });
      controller.abort(new Error('too late'));
      await expect(winning).rejects.toThrow('too late');
      await answer();
      await answer();
      expect(await inner.inspect('a')).toMatchObject({ held: false, waiters: 0 });
    }
    expect(clock.pending).toBe(0);
  });

  test('hands the lock to the next one when the first has left before its answer came', async () => {
    const clock = new ManualClock();
    const { store, answer } = slow(memoryLockStore({ clock }));
    const locks = createLocks({ clock, store });
    const controller = new AbortController();
    const first = locks.acquire('a', { signal: controller.signal }).catch((error: unknown) => error);
    const second = locks.acquire('a');
    controller.abort('gone');
    expect(await first).toBe('gone');
    for (let round = 0; round < 4; round += 1) await answer();
    expect((await second).signal.aborted).toBe(false);
  });

  test('says that the store is away when it has not answered by then', async () => {
    const clock = new ManualClock();
    const { store, answer } = slow(memoryLockStore({ clock }));
    const locks = createLocks({ clock, store });
    const waiting = locks.acquire('a', { waitMs: 100 }).catch((error: unknown) => error);
    await clock.advance(100);
    expect(await waiting).toMatchObject({ code: 'XC_LOCK_UNAVAILABLE', retryable: true });
    await answer();
    await answer();
    await clock.advance(60_000);
    await answer();
    expect(clock.pending).toBe(0);
  });

  test.for([
    ['shorter than an answer takes', 15, 'XC_LOCK_TIMEOUT'],
    ['less than twice as long', 79, 'XC_LOCK_TIMEOUT'],
    ['longer than it ever takes', 81, 'XC_LOCK_UNAVAILABLE'],
  ] as const)('does not take a store that is far away for one that is silent: a wait %s', async ([, waitMs, code]) => {
    const clock = new ManualClock();
    const inner = memoryLockStore({ clock });
    const { store, answer } = slow(inner);
    const locks = createLocks({ clock, store });
    inner.acquire({ name: 'a', owner: 'somebody', ttlMs: 600_000, permits: undefined });
    const wait = (ms: number) => locks.acquire('a', { waitMs: ms }).catch((error: unknown) => error);
    const first = wait(45);
    await clock.advance(40);
    await answer();
    await clock.advance(5);
    expect(await first).toMatchObject({ code: 'XC_LOCK_TIMEOUT' });
    const second = wait(waitMs);
    await clock.advance(waitMs);
    expect(await second).toMatchObject({ code });
  });
});

describe('a lease that comes late', () => {
  test('is believed from when it was asked for, and not at all when that is too long ago', async () => {
    const clock = new ManualClock();
    const { store, answer } = slow(memoryLockStore({ clock }));
    const locks = createLocks({ clock, store });
    const slowly = locks.acquire('a', { ttlMs: 1_000, renew: false });
    await clock.advance(600);
    await answer();
    const { signal } = await slowly;
    await clock.advance(387);
    expect(signal.aborted).toBe(false);
    await clock.advance(1);
    expect(signal.aborted).toBe(true);
    const tooSlow = locks.tryAcquire('b', { ttlMs: 1_000 });
    await clock.advance(988);
    await answer();
    expect(await tooSlow).toBeUndefined();
  });
});
