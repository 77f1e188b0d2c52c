import { once } from 'node:events';
import type { LockLease, Meter } from '@xc/core';
import { ManualClock, MemoryLogger, RecordingMeter, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createLocks } from './create-locks.ts';
import { memoryLockStore } from './memory-store.ts';

function setUp() {
  const clock = new ManualClock();
  const store = memoryLockStore({ clock });
  const node = (seed: number) => {
    const logger = new MemoryLogger();
    return { logger, locks: createLocks({ clock, store, logger, random: new SeededRandom(seed) }) };
  };
  return { clock, one: node(1), two: node(2) };
}

const untilAborted = async ({ signal }: LockLease) => {
  if (!signal.aborted) await once(signal, 'abort');
};

test('runs the work on one node at a time, and on the next one when the first resigns', async () => {
  const { clock, one, two } = setUp();
  const first = one.locks.lead('a', untilAborted);
  await clock.advance(0);
  const second = two.locks.lead('a', untilAborted);
  await clock.advance(60_000);
  expect([first.leading, second.leading]).toEqual([true, false]);
  await first[Symbol.asyncDispose]();
  await clock.advance(0);
  expect([first.leading, second.leading]).toEqual([false, true]);
  await second[Symbol.asyncDispose]();
  await second[Symbol.asyncDispose]();
  expect(await one.locks.inspect('a')).toMatchObject({ held: false, waiters: 0 });
  expect(clock.pending).toBe(0);
});

test('leads a hundred times without a listener more', async () => {
  const { clock, one } = setUp();
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  let led = 0;
  const work = async () => {
    led += 1;
  };
  const leadership = one.locks.lead('a', work, { retryMs: 10 });
  for (let turn = 0; turn < 100; turn += 1) await clock.advance(10);
  // Warnings are told a turn later.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warned);
  await leadership[Symbol.asyncDispose]();
  expect(led).toBeGreaterThanOrEqual(100);
  expect(warnings).toEqual([]);
});

test('rests for half of retryMs to all of it after work that returns or throws, and leads again', async () => {
  const { clock, one } = setUp();
  const startedAt: number[] = [];
  const leadership = one.locks.lead(
    'a',
    async () => {
      startedAt.push(clock.monotonic());
      if (startedAt.length === 2) throw new Error('no');
    },
    { retryMs: 1_000 },
  );
  await clock.advance(5_000);
  const rests = startedAt.slice(1).map((at, index) => at - (startedAt[index] as number));
  expect(rests.length).toBeGreaterThanOrEqual(4);
  for (const rest of rests) expect(rest >= 500 && rest <= 1_000).toBe(true);
  expect(one.logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  await leadership[Symbol.asyncDispose]();
});

test('tells the work when the lease is lost, waits for it to end, and leads again', async () => {
  const { clock, one } = setUp();
  const fences: bigint[] = [];
  const leadership = one.locks.lead('a', async (lease) => {
    fences.push(lease.fence);
    await untilAborted(lease);
    expect(lease.signal.reason).toMatchObject({ code: 'XC_LOCK_LOST' });
  });
  await clock.advance(0);
  await one.locks.forceRelease('a');
  expect(leadership.leading).toBe(false);
  await clock.advance(1_000);
  expect(leadership.leading).toBe(true);
  expect(fences[1]).toBeGreaterThan(fences[0] as bigint);
  await leadership[Symbol.asyncDispose]();
});

test('a candidate who waits leads after a release by force, and hears of the loss that comes later', async () => {
  const { clock, one, two } = setUp();
  await two.locks.acquire('a');
  let heard = 0;
  const leadership = one.locks.lead('a', async ({ signal }) => {
    signal.addEventListener('abort', () => {
      heard += 1;
    });
    await once(signal, 'abort');
  });
  await clock.advance(0);
  await one.locks.forceRelease('a');
  await clock.advance(60_000);
  expect([leadership.leading, heard]).toEqual([true, 0]);
  await one.locks.forceRelease('a');
  expect([leadership.leading, heard]).toEqual([false, 1]);
  await leadership[Symbol.asyncDispose]();
});

test('a lease that is lost before its work can begin is given up, and it leads again', async () => {
  const clock = new ManualClock();
  const meter = new RecordingMeter();
  let forced = false;
  const forcing: Meter = {
    ...meter,
    counter: (spec) => ({
      at: (...labels) => ({
        inc: (by) => {
          meter
            .counter(spec)
            .at(...labels)
            .inc(by);
          // Who asked for it has not been told yet.
          if (!forced) void locks.forceRelease('a');
          forced = true;
        },
      }),
    }),
    gauge: (spec) => meter.gauge(spec),
    histogram: (spec) => meter.histogram(spec),
  };
  const locks = createLocks({ clock, meter: forcing, random: new SeededRandom(1) });
  const leadership = locks.lead('a', untilAborted);
  await clock.advance(0);
  expect([leadership.leading, (await locks.inspect('a'))?.held]).toEqual([false, false]);
  await clock.advance(1_000);
  expect([leadership.leading, (await locks.inspect('a'))?.held]).toEqual([true, true]);
  await leadership[Symbol.asyncDispose]();
});

test('disposal waits for the work, which keeps the lock until it has ended', async () => {
  const { clock, one, two } = setUp();
  let ended = false;
  const leadership = one.locks.lead(
    'a',
    async (lease) => {
      await untilAborted(lease);
      await clock.sleep(10_000);
      ended = true;
    },
    { ttlMs: 300 },
  );
  await clock.advance(0);
  expect(leadership.leading).toBe(true);
  const disposal = one.locks[Symbol.asyncDispose]();
  await clock.advance(9_999);
  expect([ended, leadership.leading, await two.locks.tryAcquire('a')]).toEqual([false, false, undefined]);
  await clock.advance(1);
  await disposal;
  expect([ended, leadership.leading]).toEqual([true, false]);
  expect(await two.locks.tryAcquire('a')).toBeDefined();
});

test('a signal ends it, whether it leads or waits or has not begun', async () => {
  const { clock, one } = setUp();
  const controller = new AbortController();
  const { signal } = controller;
  const both = [one.locks.lead('a', untilAborted, { signal }), one.locks.lead('a', untilAborted, { signal })];
  await clock.advance(0);
  controller.abort();
  await Promise.all(both.map((leadership) => leadership[Symbol.asyncDispose]()));
  const late = one.locks.lead('a', untilAborted, { signal });
  await late[Symbol.asyncDispose]();
  expect(await one.locks.inspect('a')).toMatchObject({ held: false, waiters: 0 });
});
