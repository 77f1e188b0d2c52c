import { noopTracer } from '@xc/core';
import { ManualClock, MemoryLogger, RecordingMeter } from '@xc/core/testing';
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

test('a release by force takes the name from who held it, not from who gets it next', async () => {
  const clock = new ManualClock();
  const store = memoryLockStore({ clock });
  const [one, two] = [createLocks({ clock, store }), createLocks({ clock, store })];
  for (const [by, holder] of [
    [one, two],
    [two, two],
    [one, one],
  ] as const) {
    const held = await holder.acquire('a');
    const next = one.acquire('a');
    expect(await by.forceRelease('a')).toBe(true);
    const lease = await next;
    await clock.advance(60_000);
    expect([held.signal.aborted, lease.signal.aborted]).toEqual([true, false]);
    await lease.release();
    await held.release();
  }
});

test('what a meter or a tracer throws neither reaches who asks nor leaves a lock with nobody', async () => {
  const broken = () => {
    throw new Error('out of order');
  };
  const logger = new MemoryLogger();
  const cell = { inc: broken, set: broken, add: broken, record: broken };
  const instrument = { at: () => cell };
  const meter = { counter: () => instrument, gauge: () => instrument, histogram: () => instrument };
  const counted = createLocks({ clock: new ManualClock(), meter, logger });
  await counted.using('a', async () => {});
  const lease = await counted.acquire('a');
  const next = counted.acquire('a');
  await lease.release();
  await (await next).release();
  expect(await counted.inspect('a')).toMatchObject({ held: false });
  expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);

  const store = memoryLockStore();
  const span = <T>(_name: string, fn: (span: { set(): void; fail(): void }) => T): T => fn({ set: broken, fail() {} });
  const traced = createLocks({ store, tracer: { ...noopTracer, span } });
  await expect(traced.acquire('a')).rejects.toThrow('out of order');
  expect(await store.inspect('a')).toMatchObject({ held: false });
});

test('what a disposal takes back was not lost', async () => {
  const meter = new RecordingMeter();
  const locks = createLocks({ clock: new ManualClock(), meter });
  const { signal } = await locks.acquire('a');
  await locks[Symbol.asyncDispose]();
  expect(signal.reason).toMatchObject({ code: 'XC_LOCK_LOST' });
  expect([meter.value('xc_lock_lost_total'), meter.value('xc_lock_held')]).toEqual([0, 0]);
});
