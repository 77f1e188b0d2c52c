import { RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { memoryShardStore } from './memory-store.ts';
import { createShard } from './shard.ts';

test('counts each key for itself', async () => {
  const shard = createShard();
  await shard.touch('a');
  expect(await shard.touch('a')).toBe(2);
  expect(await shard.touch('b')).toBe(1);
});

test('shares counts with everybody on the same store', async () => {
  const store = memoryShardStore();
  await createShard({ store }).touch('a');
  expect(await createShard({ store }).touch('a')).toBe(2);
});

test('tells its meter of every touch', async () => {
  const meter = new RecordingMeter();
  await createShard({ meter }).touch('a');
  expect(meter.value('xc_shard_touches_total')).toBe(1);
});

test('counts nothing once the caller has given up', async () => {
  const shard = createShard();
  const reason = new Error('too late');
  await expect(shard.touch('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await shard.touch('a')).toBe(1);
});
