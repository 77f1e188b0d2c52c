import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock, MemoryLogger, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { changed } from '../test/changed-store.ts';
import { createLocks } from './create-locks.ts';
import { memoryLockStore } from './memory-store.ts';
import { chaosLockStore } from './testing/index.ts';

function setUp() {
  const clock = new ManualClock();
  const store = memoryLockStore({ clock });
  return { clock, store, locks: createLocks({ clock, store }) };
}

test('disposal frees what is held, tells whoever holds it, and sends away who waits', async () => {
  const { clock, store, locks } = setUp();
  const lease = await locks.acquire('a');
  const permit = await locks.semaphore('s', 1).acquire('s');
  const waiting = locks.acquire('a').catch((error: unknown) => error);
  await locks[Symbol.asyncDispose]();
  await locks[Symbol.asyncDispose]();
  expect(await waiting).toMatchObject({ code: 'XC_LOCK_CLOSED' });
  expect([lease.signal.reason, permit.signal.reason]).toMatchObject([
    { code: 'XC_LOCK_LOST' },
    { code: 'XC_LOCK_LOST' },
  ]);
  for (const name of ['a', 's']) expect(await store.inspect(name)).toMatchObject({ held: false, waiters: 0 });
  expect(clock.pending).toBe(0);
});

test('nothing more can be asked for afterwards', async () => {
  const { locks } = setUp();
  await locks[Symbol.asyncDispose]();
  const closed = { code: 'XC_LOCK_CLOSED' };
  await expect(locks.acquire('a')).rejects.toMatchObject(closed);
  await expect(locks.tryAcquire('a')).rejects.toMatchObject(closed);
  await expect(locks.using('a', async () => {})).rejects.toMatchObject(closed);
  await expect(locks.acquireAll(['a'])).rejects.toMatchObject(closed);
  await expect(locks.inspect('a')).rejects.toMatchObject(closed);
  await expect(locks.forceRelease('a')).rejects.toMatchObject(closed);
  expect(() => locks.lead('a', async () => {})).toThrow(expect.objectContaining(closed));
});

test('disposal gives back what an answer under way still grants', async () => {
  const clock = new ManualClock();
  const inner = memoryLockStore({ clock });
  const store = chaosLockStore(inner, { delayMs: 10, random: new SeededRandom(1), clock });
  const locks = createLocks({ clock, store });
  const [waiting, trying] = [locks.acquire('a'), locks.tryAcquire('b')].map((one) =>
    one.catch((error: unknown) => error),
  );
  await turn();
  const disposal = locks[Symbol.asyncDispose]();
  await clock.advance(100);
  await disposal;
  expect([await waiting, await trying]).toMatchObject([{ code: 'XC_LOCK_CLOSED' }, { code: 'XC_LOCK_CLOSED' }]);
  expect([await inner.inspect('a'), await inner.inspect('b')]).toMatchObject([{ held: false }, { held: false }]);
});

test('leaves a store that others share, and tells it', async () => {
  const { clock, store } = setUp();
  let attached = 0;
  const counting = changed(store, {
    attach() {
      attached += 1;
      return async () => {
        attached -= 1;
      };
    },
  });
  const [one, two] = [createLocks({ clock, store: counting }), createLocks({ clock, store: counting })];
  expect(attached).toBe(2);
  await one[Symbol.asyncDispose]();
  expect(attached).toBe(1);
  expect(await two.tryAcquire('a')).toBeDefined();
});

test('a store that fails lets nobody in, at once, and loses a lease only when it runs out', async () => {
  const clock = new ManualClock();
  const inner = memoryLockStore({ clock });
  let failing = false;
  const logger = new MemoryLogger();
  const ask = <T>(question: () => T): T => {
    if (failing) throw new Error('away');
    return question();
  };
  const store = changed(inner, {
    acquire: (claim) => ask(() => inner.acquire(claim)),
    renew: (claim, fence) => ask(() => inner.renew(claim, fence)),
    release: (claim) => ask(() => inner.release(claim)),
    busyMs: (claim) => ask(() => inner.busyMs(claim)),
  });
  const locks = createLocks({ clock, store, logger });
  const lease = await locks.acquire('a', { ttlMs: 900 });
  const { signal } = lease;
  const waiting = locks.acquire('a', { waitMs: 60_000 }).catch((error: unknown) => error);
  failing = true;
  const unavailable = { code: 'XC_LOCK_UNAVAILABLE', retryable: true, cause: { message: 'away' } };
  await expect(locks.acquire('b', { waitMs: 60_000 })).rejects.toMatchObject(unavailable);
  await expect(locks.tryAcquire('b')).rejects.toMatchObject(unavailable);
  await clock.advance(600);
  expect(await waiting).toMatchObject(unavailable);
  failing = false;
  await clock.advance(5_000);
  expect(signal.aborted).toBe(false);
  failing = true;
  await clock.advance(888);
  expect(signal.reason).toMatchObject({ code: 'XC_LOCK_LOST' });
  await lease.release();
  expect(logger.lines.some(({ message }) => message === 'a lock was not released')).toBe(true);
});
