import { noopLogger } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { changed } from '../test/changed-store.ts';
import { createLocks } from './create-locks.ts';
import { memoryLockStore } from './memory-store.ts';

const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(() => {
  process.off('unhandledRejection', note);
});

const nonsense: readonly unknown[] = [
  undefined,
  null,
  7,
  {},
  { granted: 'yes' },
  { granted: true },
  { granted: true, fence: 7 },
  { granted: false },
  { granted: false, retryMs: Number.NaN },
];

describe.for(nonsense.map((answer) => [answer] as const))('a store that answers %j to a claim', ([answer]) => {
  test.for([
    ['at once', (): unknown => answer],
    ['later', async (): Promise<unknown> => answer],
  ] as const)('cannot be had: %s', async ([, acquire]) => {
    const clock = new ManualClock();
    const store = changed(memoryLockStore({ clock }), { acquire: acquire as never });
    const locks = createLocks({ store, clock });
    const wishes = [
      () => locks.acquire('a'),
      () => locks.acquire('a', { waitMs: Number.POSITIVE_INFINITY, signal: new AbortController().signal }),
      () => locks.tryAcquire('a'),
      () => locks.using('a', async () => 7),
      () => locks.acquireAll(['a', 'b']),
      () => locks.semaphore('a', 2).acquire('a'),
    ];
    for (const wish of wishes) {
      const outcome = wish().catch((error: unknown) => error);
      await clock.advance(0);
      expect(await outcome).toMatchObject({
        code: 'XC_LOCK_UNAVAILABLE',
        retryable: true,
        cause: expect.any(TypeError),
      });
    }
    await clock.advance(10_000);
    await locks[Symbol.asyncDispose]();
    expect([unhandled, clock.pending]).toEqual([[], 0]);
  });
});

test.for([undefined, null, 'soon', Number.NaN])('a store that says %j where it is busy cannot be had', async (busy) => {
  for (const busyMs of [() => busy, async () => busy]) {
    const clock = new ManualClock();
    const store = changed(memoryLockStore({ clock }), { busyMs: busyMs as never });
    const locks = createLocks({ store, clock });
    await locks.acquire('a');
    const outcome = locks.acquire('a', { waitMs: 5_000 }).catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await outcome).toMatchObject({ code: 'XC_LOCK_UNAVAILABLE', cause: expect.any(TypeError) });
    await locks[Symbol.asyncDispose]();
    expect(unhandled).toEqual([]);
  }
});

test('a store that says that the very claim holds it already has granted it', async () => {
  for (const permits of [undefined, 2]) {
    const clock = new ManualClock();
    const answer = { granted: false, retryMs: 5_000, already: 7n } as const;
    const store = changed(memoryLockStore({ clock }), { acquire: async () => answer });
    const locks = createLocks({ store, clock });
    const lock = permits === undefined ? locks : locks.semaphore('a', permits);
    for (const waitMs of [0, 5_000]) expect(await lock.acquire('a', { waitMs })).toMatchObject({ fence: 7n });
    await locks[Symbol.asyncDispose]();
    expect([unhandled, clock.pending]).toEqual([[], 0]);
  }
});

test('a store that gives no subscription is polled', async () => {
  for (const watch of [() => undefined, async () => undefined]) {
    const clock = new ManualClock();
    const store = changed(memoryLockStore({ clock }), { watch: watch as never });
    const locks = createLocks({ store, clock });
    const lease = await locks.acquire('a');
    const waiting = locks.acquire('a', { waitMs: 5_000 });
    await clock.advance(300);
    await lease.release();
    await clock.advance(300);
    expect((await waiting).name).toBe('a');
    await locks[Symbol.asyncDispose]();
    expect(unhandled).toEqual([]);
  }
});

describe('a logger that throws', () => {
  const refuse = (): never => {
    throw new Error('logger');
  };
  const logger = { ...noopLogger, trace: refuse, debug: refuse, info: refuse, warn: refuse, error: refuse };
  const failing = (clock: ManualClock) =>
    changed(memoryLockStore({ clock }), {
      release: () => Promise.reject(new Error('no')),
      renew: () => Promise.reject(new Error('no')),
      watch: () => Promise.reject(new Error('no')),
    });

  test('spoils no release, no result, no renewal and no wait', async () => {
    const clock = new ManualClock();
    const locks = createLocks({ store: failing(clock), clock, logger });
    expect(await locks.using('a', async () => 7)).toBe(7);
    const lease = await locks.acquire('b', { ttlMs: 300 });
    const waiting = locks.acquire('b', { ttlMs: 300 });
    await clock.advance(400);
    expect(lease.signal.aborted).toBe(true);
    expect((await waiting).name).toBe('b');
    await lease.release();
    await (await waiting).release();
    await locks[Symbol.asyncDispose]();
    await clock.advance(60_000);
    expect(unhandled).toEqual([]);
  });

  test('ends no leadership: work that fails is tried again', async () => {
    const clock = new ManualClock();
    const locks = createLocks({ clock, logger });
    let runs = 0;
    const leadership = locks.lead('a', async () => {
      runs += 1;
      throw new Error('work');
    });
    await clock.advance(5_000);
    expect(runs).toBeGreaterThan(3);
    await leadership[Symbol.asyncDispose]();
    await locks[Symbol.asyncDispose]();
    expect(unhandled).toEqual([]);
  });
});
