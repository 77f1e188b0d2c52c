import { RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { memoryQueueStore } from './memory-store.ts';
import { createQueue } from './queue.ts';

test('counts each key for itself', async () => {
  const queue = createQueue();
  await queue.touch('a');
  expect(await queue.touch('a')).toBe(2);
  expect(await queue.touch('b')).toBe(1);
});

test('shares counts with everybody on the same store', async () => {
  const store = memoryQueueStore();
  await createQueue({ store }).touch('a');
  expect(await createQueue({ store }).touch('a')).toBe(2);
});

test('tells its meter of every touch', async () => {
  const meter = new RecordingMeter();
  await createQueue({ meter }).touch('a');
  expect(meter.value('xc_queue_touches_total')).toBe(1);
});

test('counts nothing once the caller has given up', async () => {
  const queue = createQueue();
  const reason = new Error('too late');
  await expect(queue.touch('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await queue.touch('a')).toBe(1);
});
