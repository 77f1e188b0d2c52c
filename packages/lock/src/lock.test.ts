import { RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createLock } from './lock.ts';
import { memoryLockStore } from './memory-store.ts';

test('counts each key for itself', async () => {
  const lock = createLock();
  await lock.touch('a');
  expect(await lock.touch('a')).toBe(2);
  expect(await lock.touch('b')).toBe(1);
});

test('shares counts with everybody on the same store', async () => {
  const store = memoryLockStore();
  await createLock({ store }).touch('a');
  expect(await createLock({ store }).touch('a')).toBe(2);
});

test('tells its meter of every touch', async () => {
  const meter = new RecordingMeter();
  await createLock({ meter }).touch('a');
  expect(meter.value('xc_lock_touches_total')).toBe(1);
});

test('counts nothing once the caller has given up', async () => {
  const lock = createLock();
  const reason = new Error('too late');
  await expect(lock.touch('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await lock.touch('a')).toBe(1);
});
