import { RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createCache } from './cache.ts';
import { memoryCacheStore } from './memory-store.ts';

test('counts each key for itself', async () => {
  const cache = createCache();
  await cache.touch('a');
  expect(await cache.touch('a')).toBe(2);
  expect(await cache.touch('b')).toBe(1);
});

test('shares counts with everybody on the same store', async () => {
  const store = memoryCacheStore();
  await createCache({ store }).touch('a');
  expect(await createCache({ store }).touch('a')).toBe(2);
});

test('tells its meter of every touch', async () => {
  const meter = new RecordingMeter();
  await createCache({ meter }).touch('a');
  expect(meter.value('xc_cache_touches_total')).toBe(1);
});

test('counts nothing once the caller has given up', async () => {
  const cache = createCache();
  const reason = new Error('too late');
  await expect(cache.touch('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await cache.touch('a')).toBe(1);
});
