import { RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { memoryRatelimitStore } from './memory-store.ts';
import { createRatelimit } from './ratelimit.ts';

test('counts each key for itself', async () => {
  const ratelimit = createRatelimit();
  await ratelimit.touch('a');
  expect(await ratelimit.touch('a')).toBe(2);
  expect(await ratelimit.touch('b')).toBe(1);
});

test('shares counts with everybody on the same store', async () => {
  const store = memoryRatelimitStore();
  await createRatelimit({ store }).touch('a');
  expect(await createRatelimit({ store }).touch('a')).toBe(2);
});

test('tells its meter of every touch', async () => {
  const meter = new RecordingMeter();
  await createRatelimit({ meter }).touch('a');
  expect(meter.value('xc_ratelimit_touches_total')).toBe(1);
});

test('counts nothing once the caller has given up', async () => {
  const ratelimit = createRatelimit();
  const reason = new Error('too late');
  await expect(ratelimit.touch('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await ratelimit.touch('a')).toBe(1);
});
