import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { bulkhead } from './bulkhead.ts';

test('shows its slots and its queue, and why calls got none', async () => {
  const clock = new ManualClock();
  const meter = new RecordingMeter();
  const policy = bulkhead(1, { clock, meter, maxQueue: 1, maxWaitMs: 50, name: 'db' });
  const gauges = () =>
    ['in_flight', 'queued', 'limit'].map((what) => meter.value(`xc_breaker_bulkhead_${what}`, { policy: 'db' }));
  const rejected = (reason: string) => meter.value('xc_breaker_bulkhead_rejected_total', { policy: 'db', reason });
  expect(gauges()).toEqual([0, 0, 1]);
  const call = (ms: number, priority = 0) => {
    policy.run(() => clock.sleep(ms), { priority }).catch(() => {});
  };
  call(100);
  call(10);
  expect(gauges()).toEqual([1, 1, 1]);
  call(10);
  expect(rejected('full')).toBe(1);
  await clock.advance(20);
  call(10, 1);
  expect(rejected('displaced')).toBe(1);
  await clock.advance(50);
  expect(rejected('wait')).toBe(1);
  call(10);
  await clock.advance(30);
  expect(gauges()).toEqual([1, 0, 1]);
  call(10);
  policy.drain();
  call(10);
  expect(rejected('draining')).toBe(2);
  await clock.advance(100);
  expect(gauges()).toEqual([0, 0, 1]);
  expect(meter.observations('xc_breaker_bulkhead_wait_seconds', { policy: 'db' })).toEqual([0.02, 0.05, 0.03, 0]);
});
