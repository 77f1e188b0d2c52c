import { noopTracer } from '@xc/core';
import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createLocks } from './create-locks.ts';
import type { Locks } from './locks.ts';

const never = async () => {};

test.for<[string, (locks: Locks) => unknown, RegExp, typeof TypeError | typeof RangeError]>([
  [
    'ttlMs 50',
    (locks) => locks.acquire('a', { ttlMs: 50 }),
    /^ttlMs must be a finite number of at least 100, got 50/,
    RangeError,
  ],
  ['ttlMs NaN', (locks) => locks.acquire('a', { ttlMs: Number.NaN }), /^ttlMs/, RangeError],
  ['ttlMs Infinity', (locks) => locks.acquire('a', { ttlMs: Infinity }), /^ttlMs/, RangeError],
  [
    'ttlMs as text',
    (locks) => locks.acquire('a', { ttlMs: '1s' as never }),
    /^ttlMs must be a number, got text 1s/,
    TypeError,
  ],
  ['waitMs -1', (locks) => locks.acquire('a', { waitMs: -1 }), /^waitMs/, RangeError],
  ['waitMs -1 once', (locks) => locks.tryAcquire('a', { waitMs: -1 }), /^waitMs/, RangeError],
  ['waitMs NaN once', (locks) => locks.tryAcquire('a', { waitMs: Number.NaN }), /^waitMs/, RangeError],
  [
    'waitMs as text once',
    (locks) => locks.tryAcquire('a', { waitMs: '5' as never }),
    /^waitMs must be a number/,
    TypeError,
  ],
  [
    'waitMs null once',
    (locks) => locks.tryAcquire('a', { waitMs: null as never }),
    /^waitMs must be a number/,
    TypeError,
  ],
  [
    'ttlMs beyond what is exact',
    (locks) => locks.acquire('a', { ttlMs: 1e20 }),
    /^ttlMs must be at most 9007199254740991, got 100000000000000000000/,
    RangeError,
  ],
  [
    'an array of options',
    (locks) => locks.acquire('a', [] as never),
    /^options must be an object, got an array/,
    TypeError,
  ],
  ['an array of options once', (locks) => locks.tryAcquire('a', [] as never), /^options must be an object/, TypeError],
  ['null for options', (locks) => locks.acquire('a', null as never), /^options must be an object, got null/, TypeError],
  ['maxHoldMs 0', (locks) => locks.acquire('a', { maxHoldMs: 0 }), /^maxHoldMs/, RangeError],
  ['renew as text', (locks) => locks.acquire('a', { renew: 'yes' as never }), /^renew must be a boolean/, TypeError],
  [
    'a signal that is none',
    (locks) => locks.acquire('a', { signal: {} as never }),
    /^signal must be a signal/,
    TypeError,
  ],
  ['an unknown option', (locks) => locks.acquire('a', { wait: 1 } as never), /^unknown option wait/, TypeError],
  ['an empty name', (locks) => locks.acquire(''), /^name must be 1 to 256 bytes, got none/, RangeError],
  ['an empty name once', (locks) => locks.tryAcquire(''), /^name/, RangeError],
  ['a long name', (locks) => locks.acquire('é'.repeat(129)), /^name must be 1 to 256 bytes, got 258/, RangeError],
  ['no name', (locks) => locks.using(undefined as never, never), /^name must be a text/, TypeError],
  ['a torn name', (locks) => locks.acquire('\ud83d'), /^name must not have half/, TypeError],
  ['no function', (locks) => locks.using('a', 5 as never), /^fn must be a function/, TypeError],
  ['no names', (locks) => locks.acquireAll([]), /^names must not be empty/, RangeError],
  ['a text for names', (locks) => locks.acquireAll('ab' as never), /^names must be an array/, TypeError],
  ['an empty name among others', (locks) => locks.acquireAll(['a', '']), /^name/, RangeError],
  ['a permit under no name', (locks) => locks.semaphore('a', 1).acquire(''), /^name/, RangeError],
  ['a permit under a number', (locks) => locks.semaphore('a', 1).acquire(5 as never), /^name/, TypeError],
  ['inspect of nothing', (locks) => locks.inspect(''), /^name/, RangeError],
  ['force on nothing', (locks) => locks.forceRelease(''), /^name/, RangeError],
])('rejects %s', async ([, call, message, kind]) => {
  const outcome = Promise.resolve(call(createLocks())).catch((error: unknown) => error);
  expect(await outcome).toBeInstanceOf(kind);
  expect(((await outcome) as Error).message).toMatch(message);
});

test.for<[string, (locks: Locks) => unknown, typeof TypeError | typeof RangeError]>([
  ['no permits', (locks) => locks.semaphore('a', 0), RangeError],
  ['half a permit', (locks) => locks.semaphore('a', 1.5), RangeError],
  ['permits as text', (locks) => locks.semaphore('a', '2' as never), TypeError],
  ['a semaphore without a name', (locks) => locks.semaphore('', 1), RangeError],
  ['no work', (locks) => locks.lead('a', undefined as never), TypeError],
  ['leading nothing', (locks) => locks.lead('', never), RangeError],
  ['a short ttl of a leader', (locks) => locks.lead('a', never, { ttlMs: 50 }), RangeError],
  ['a negative rest of a leader', (locks) => locks.lead('a', never, { retryMs: -1 }), RangeError],
  ['a number for the options of a leader', (locks) => locks.lead('a', never, 5 as never), TypeError],
  ['null for the options of a leader', (locks) => locks.lead('a', never, null as never), TypeError],
  ['a signal of a leader that is none', (locks) => locks.lead('a', never, { signal: {} as never }), TypeError],
  ['an unknown option of a leader', (locks) => locks.lead('a', never, { retry: 1 } as never), TypeError],
])('refuses %s at once', ([, call, kind]) => {
  expect(() => call(createLocks())).toThrow(kind);
});

test.for([
  { store: {} },
  { clock: {} },
  { random: () => 1 },
  { meter: {} },
  { logger: {} },
  { tracer: {} },
  { defaults: { ttlMs: 50 } },
  { defaults: { ttl: 5_000 } },
  { defaults: { ttlMs: 1e20 } },
  { defaults: [] },
  [],
  { stor: undefined },
  null,
])('refuses to be made with %j', (options) => {
  expect(() => createLocks(options as never)).toThrow(
    /^(store|clock|random|meter|logger|tracer|ttlMs|unknown|options)/,
  );
});

test('takes names of up to 256 bytes', async () => {
  const locks = createLocks();
  for (const name of ['é'.repeat(128), 'a'.repeat(256), '😀'.repeat(64), '{', '*', '__proto__']) {
    expect((await locks.acquire(name)).name).toBe(name);
  }
});

test('counts what becomes of acquisitions, without a name in any label', async () => {
  const clock = new ManualClock();
  const meter = new RecordingMeter();
  const locks = createLocks({ clock, meter });
  const lease = await locks.acquire('a', { ttlMs: 1_000, renew: false });
  const waiting = locks.acquire('a', { waitMs: 100 }).catch(() => {});
  const controller = new AbortController();
  const aborted = locks.acquire('a', { signal: controller.signal }).catch(() => {});
  expect([meter.value('xc_lock_held'), meter.value('xc_lock_waiters')]).toEqual([1, 2]);
  controller.abort();
  await clock.advance(100);
  await Promise.all([waiting, aborted]);
  expect(meter.value('xc_lock_waiters')).toBe(0);
  await clock.advance(1_000);
  expect(lease.signal.aborted).toBe(true);
  await locks[Symbol.asyncDispose]();
  await locks.acquire('a').catch(() => {});
  const by = (outcome: string) => meter.value('xc_lock_acquisitions_total', { outcome });
  expect([by('ok'), by('timeout'), by('aborted'), by('error')]).toEqual([1, 1, 1, 0]);
  expect([meter.value('xc_lock_lost_total'), meter.value('xc_lock_held')]).toEqual([1, 0]);
  const names = [
    'wait_duration_seconds',
    'hold_duration_seconds',
    'acquisitions_total',
    'lost_total',
    'held',
    'waiters',
  ];
  for (const name of names) {
    const series = meter.series(`xc_lock_${name}`);
    expect(series.length).toBeGreaterThan(0);
    expect(JSON.stringify(series)).not.toContain('"a"');
  }
});

test('tells a tracer of each acquisition', async () => {
  const spans: string[] = [];
  const tracer = {
    ...noopTracer,
    span: <T>(name: string, fn: (span: { set(): void; fail(): void }) => T): T => {
      spans.push(name);
      return fn({ set() {}, fail() {} });
    },
  };
  const locks = createLocks({ tracer });
  await locks.using('a', never);
  await locks.tryAcquire('a');
  expect(spans).toEqual(['lock.acquire', 'lock.acquire']);
});
