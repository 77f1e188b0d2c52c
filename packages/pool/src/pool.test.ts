import { RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { memoryPoolStore } from './memory-store.ts';
import { createPool } from './pool.ts';

test('counts each key for itself', async () => {
  const pool = createPool();
  await pool.touch('a');
  expect(await pool.touch('a')).toBe(2);
  expect(await pool.touch('b')).toBe(1);
});

test('shares counts with everybody on the same store', async () => {
  const store = memoryPoolStore();
  await createPool({ store }).touch('a');
  expect(await createPool({ store }).touch('a')).toBe(2);
});

test('tells its meter of every touch', async () => {
  const meter = new RecordingMeter();
  await createPool({ meter }).touch('a');
  expect(meter.value('xc_pool_touches_total')).toBe(1);
});

test('counts nothing once the caller has given up', async () => {
  const pool = createPool();
  const reason = new Error('too late');
  await expect(pool.touch('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await pool.touch('a')).toBe(1);
});
