import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createTrend } from './trend.ts';

const MINUTE = 60_000;

test('a gauge that grows says when it reaches its limit', async () => {
  const clock = new ManualClock();
  const trend = createTrend({ clock });
  let heap = 100;
  trend.watch('heap', () => heap, { limit: 1_000 });
  trend.watch('falls', () => 500 - heap, { limit: 1_000 });
  for (let minute = 0; minute < 10; minute++) {
    await clock.advance(MINUTE);
    heap += 60;
  }
  const [line, falls] = trend.report();
  expect(line).toMatchObject({ name: 'heap', kind: 'gauge', current: 640, samples: 10 });
  expect(line?.slopePerSecond).toBeCloseTo(1);
  expect(line?.timeToLimitMs).toBeCloseTo(360_000);
  expect(line?.ewma).toBeGreaterThan(300);
  expect(line?.ewma).toBeLessThan(640);
  expect(falls?.slopePerSecond).toBeCloseTo(-1);
  expect(falls).not.toHaveProperty('timeToLimitMs');
  expect(line).not.toHaveProperty('dayAgo');
});

test('a counter is shown by its rate, and a restart is no rate', async () => {
  const clock = new ManualClock();
  const trend = createTrend({ clock, everyMs: 1_000 });
  let total = 1_000;
  trend.watch('requests', () => total, { kind: 'counter' });
  for (const step of [0, 50, 50, -1_100, 50, 50]) {
    total += step;
    await clock.advance(1_000);
  }
  expect(trend.report()[0]).toMatchObject({ kind: 'counter', current: 50, ewma: 50, slopePerSecond: 0, samples: 4 });
});

test('the value of a day ago is shown when it is held', async () => {
  const clock = new ManualClock();
  const trend = createTrend({ clock, everyMs: 60 * MINUTE, capacity: 100 });
  let hour = 0;
  trend.watch('hours', () => hour++);
  await clock.advance(24 * 60 * MINUTE);
  expect(trend.report()[0]).not.toHaveProperty('dayAgo');
  await clock.advance(6 * 60 * MINUTE);
  expect(trend.report()[0]).toMatchObject({ current: 29, dayAgo: 5 });
});

test('a day of samples, which is kept when nothing else is said, is enough for the value of a day ago', async () => {
  const clock = new ManualClock();
  const trend = createTrend({ clock });
  let minute = 0;
  trend.watch('minutes', () => minute++);
  await clock.advance(24 * 60 * MINUTE);
  expect(trend.report()[0]).not.toHaveProperty('dayAgo');
  await clock.advance(MINUTE);
  expect(trend.report()[0]).toMatchObject({ current: 1_440, dayAgo: 0, samples: 1_440 });
  await clock.advance(60 * MINUTE);
  expect(trend.report()[0]).toMatchObject({ current: 1_500, dayAgo: 60, samples: 1_440 });
});

test('memory is bounded, and what cannot be read is left out', async () => {
  const clock = new ManualClock();
  const trend = createTrend({ clock, everyMs: 1_000, capacity: 5 });
  let reads = 0;
  trend.watch('sometimes', () => {
    reads++;
    if (reads % 3 === 0) throw new Error('no');
    return reads % 3 === 1 ? reads : Number.NaN;
  });
  await clock.advance(30_000);
  expect(trend.report()[0]?.samples).toBe(5);
  trend.stop();
  trend.stop();
  await clock.advance(30_000);
  expect([reads, clock.pending]).toEqual([30, 0]);
  trend.sample();
  expect(reads).toBe(31);
});

test('a report prints itself', async () => {
  const clock = new ManualClock();
  const trend = createTrend({ clock });
  trend.watch('a|b', () => 1 / 3);
  trend.watch('none', () => Number.NaN);
  trend.sample();
  expect(trend.toMarkdown()).toBe(
    [
      '| name | kind | current | ewma | slope per second | time to limit (ms) | day ago | samples |',
      '|---|---|---|---|---|---|---|---|',
      '| a\\|b | gauge | 0.333333 | 0.333333 | 0 |  |  | 1 |',
      '| none | gauge | NaN | NaN | 0 |  |  | 0 |',
      '',
    ].join('\n'),
  );
  expect(() => createTrend({ everyMs: 0 })).toThrow(RangeError);
  expect(() => createTrend({ capacity: 0 })).toThrow(RangeError);
});
