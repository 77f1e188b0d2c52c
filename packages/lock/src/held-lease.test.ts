import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { changed } from '../test/changed-store.ts';
import { createLocks } from './create-locks.ts';
import { memoryLockStore } from './memory-store.ts';
import type { Answer } from './store.ts';

function flaky() {
  const clock = new ManualClock();
  const inner = memoryLockStore({ clock });
  let failures = 0;
  let renewals = 0;
  let releases = 0;
  const ask = async <T>(question: () => Answer<T>): Promise<T> => {
    if (failures > 0) {
      failures -= 1;
      throw new Error('away');
    }
    return question();
  };
  const store = changed(inner, {
    renew: (claim, fence) => {
      renewals += 1;
      return ask(() => inner.renew(claim, fence));
    },
    release: (claim) => {
      releases += 1;
      return ask(() => inner.release(claim));
    },
  });
  const locks = createLocks({ clock, store });
  const fail = (times: number): void => {
    failures = times;
  };
  return { clock, inner, locks, fail, renewals: () => renewals, releases: () => releases };
}

test('a renewal that fails is tried again until one succeeds', async () => {
  const { clock, locks, fail, renewals } = flaky();
  const lease = await locks.acquire('a', { ttlMs: 900 });
  fail(8);
  await clock.advance(880);
  expect(lease.signal.aborted).toBe(false);
  expect(renewals()).toBeGreaterThan(8);
  await clock.advance(2_000);
  expect(lease.signal.aborted).toBe(false);
});

test('a renewal whose answer never comes lets the lease run out in time', async () => {
  const clock = new ManualClock();
  const inner = memoryLockStore({ clock });
  const silent = changed(inner, { renew: () => new Promise(() => {}) });
  const locks = createLocks({ clock, store: silent });
  const { signal } = await locks.acquire('a', { ttlMs: 1_000 });
  await clock.advance(987);
  expect(signal.aborted).toBe(false);
  await clock.advance(1);
  expect(signal.reason).toMatchObject({ code: 'XC_LOCK_LOST' });
});

test('a renewal that finds another owner loses the lease at once, and a late release asks for nothing', async () => {
  const { clock, inner, locks, releases } = flaky();
  const lease = await locks.acquire('a', { ttlMs: 900 });
  const { signal } = lease;
  await inner.forceRelease('a');
  await inner.acquire({ name: 'a', owner: 'other', ttlMs: 60_000, permits: undefined });
  await clock.advance(299);
  expect(signal.aborted).toBe(false);
  await clock.advance(1);
  expect(signal.reason).toMatchObject({ code: 'XC_LOCK_LOST' });
  await lease.release();
  expect([(await inner.inspect('a'))?.held, releases()]).toEqual([true, 0]);
});

test('a release that fails settles, and is tried again for as long as the lock would be kept', async () => {
  const { clock, inner, locks, fail } = flaky();
  const lease = await locks.acquire('a', { ttlMs: 10_000 });
  fail(3);
  await lease.release();
  await lease.release();
  expect((await inner.inspect('a'))?.held).toBe(true);
  await clock.advance(800);
  expect((await inner.inspect('a'))?.held).toBe(false);
  const lost = await locks.acquire('a', { ttlMs: 1_000 });
  fail(1_000);
  await lost.release();
  await clock.advance(2_000);
  expect(clock.pending).toBe(0);
});
