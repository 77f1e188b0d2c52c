import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimeWindow } from './time-window.ts';

const outcome = fc.record({
  afterMs: fc.oneof({ weight: 5, arbitrary: fc.nat(30) }, { weight: 1, arbitrary: fc.nat(400) }),
  failed: fc.boolean(),
  slow: fc.boolean(),
});

describe('TimeWindow', () => {
  test('counts what a list of timestamps counts', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 7, max: 100 }),
        fc.integer({ min: -500, max: 500 }),
        fc.array(outcome, { maxLength: 60 }),
        (buckets, lengthMs, origin, outcomes) => {
          const window = new TimeWindow(lengthMs, buckets, origin);
          const recorded: { at: number; failed: boolean; slow: boolean }[] = [];
          let now = origin;
          for (const { afterMs, failed, slow } of outcomes) {
            now += afterMs;
            window.record(now, failed, slow);
            recorded.push({ at: now, failed, slow });
            const bucketOf = (at: number) => Math.floor((at * buckets) / lengthMs);
            const live = recorded.filter(({ at }) => bucketOf(now) - bucketOf(at) < buckets);
            expect({ ...window }).toEqual({
              calls: live.length,
              failures: live.filter((one) => one.failed).length,
              slow: live.filter((one) => one.slow).length,
              slowFailures: live.filter((one) => one.failed && one.slow).length,
            });
          }
        },
      ),
      { numRuns: 10_000 },
    );
  });

  test('aligns its buckets to multiples of their length, not to when it was made', () => {
    const window = new TimeWindow(5_000, 5, 900);
    window.record(900, true, false);
    window.advance(4_999);
    expect(window.calls).toBe(1);
    window.advance(5_000);
    expect(window.calls).toBe(0);
  });

  test('puts a bucket whose length is no whole number exactly where it belongs', () => {
    const window = new TimeWindow(1_000, 3, 0);
    window.record(999, false, false);
    window.advance(1_666);
    expect(window.calls).toBe(1);
    window.advance(1_667);
    expect(window.calls).toBe(0);
  });

  test('stands still until it is told the time', () => {
    const window = new TimeWindow(10, 1, 0);
    window.record(0, true, true);
    expect(window.slowFailures).toBe(1);
    window.advance(3_600_000);
    expect(window.slowFailures).toBe(0);
  });
});
