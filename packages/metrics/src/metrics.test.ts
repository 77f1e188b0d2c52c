import { RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { memoryMetricsStore } from './memory-store.ts';
import { createMetrics } from './metrics.ts';

test('counts each key for itself', async () => {
  const metrics = createMetrics();
  await metrics.touch('a');
  expect(await metrics.touch('a')).toBe(2);
  expect(await metrics.touch('b')).toBe(1);
});

test('shares counts with everybody on the same store', async () => {
  const store = memoryMetricsStore();
  await createMetrics({ store }).touch('a');
  expect(await createMetrics({ store }).touch('a')).toBe(2);
});

test('tells its meter of every touch', async () => {
  const meter = new RecordingMeter();
  await createMetrics({ meter }).touch('a');
  expect(meter.value('xc_metrics_touches_total')).toBe(1);
});

test('counts nothing once the caller has given up', async () => {
  const metrics = createMetrics();
  const reason = new Error('too late');
  await expect(metrics.touch('a', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(await metrics.touch('a')).toBe(1);
});
