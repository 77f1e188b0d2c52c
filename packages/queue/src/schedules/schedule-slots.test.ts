import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scheduleSlots } from './schedule-slots.ts';

const everyTen = scheduleSlots({ everyMs: 10_000, anchorMs: 3_000 });

test('lays intervals on the anchor, whatever is asked when', () => {
  expect(everyTen.next(0)).toBe(3_000);
  expect(everyTen.next(3_000)).toBe(13_000);
  expect(everyTen.next(1_000_003_001.5)).toBe(1_000_013_000);
  expect(everyTen.next(-8_000)).toBe(-7_000);
  expect(scheduleSlots({ everyMs: 7 }).next(0)).toBe(7);
});

test('keeps to start and end, both included', () => {
  const slots = scheduleSlots({ everyMs: 10 }, { startAt: 100, endAt: 120 });
  expect(slots.next(0)).toBe(100);
  expect(slots.next(100)).toBe(110);
  expect(slots.next(110)).toBe(120);
  expect(slots.next(120)).toBeUndefined();
  expect(slots.count(0, 1_000)).toBe(3);
  expect(slots.newest(2, 0, 1_000)).toEqual([110, 120]);
});

test('follows an expression in its zone with its policies', () => {
  const berlin = { cron: '30 2 * * *', tz: 'Europe/Berlin' };
  const spring = Date.parse('2026-03-28T12:00:00Z');
  expect(scheduleSlots(berlin).next(spring)).toBe(Date.parse('2026-03-29T01:00:00Z'));
  expect(scheduleSlots({ ...berlin, gap: 'skip' }).next(spring)).toBe(Date.parse('2026-03-30T00:30:00Z'));
  const slots = scheduleSlots(berlin, { startAt: Date.parse('2026-04-01T00:30:00Z') });
  expect(slots.next(spring)).toBe(Date.parse('2026-04-01T00:30:00Z'));
});

test('counts and takes the newest of a rare expression without walking the years', () => {
  const yearly = scheduleSlots({ cron: '@yearly' });
  const [from, until] = [Date.UTC(2020, 0, 1), Date.UTC(2026, 0, 1)];
  expect(yearly.count(from, until)).toBe(6);
  expect(yearly.newest(2, from, until)).toEqual([Date.UTC(2024, 0, 1), Date.UTC(2025, 0, 1)]);
  expect(yearly.newest(99, from, until)).toHaveLength(6);
  expect(yearly.newest(0, from, until)).toEqual([]);
});

test('takes the newest of a million slots at once', () => {
  const each = scheduleSlots({ everyMs: 1 });
  expect(each.count(0, 1e12)).toBe(1e12);
  expect(each.newest(3, 0, 1e12)).toEqual([1e12 - 3, 1e12 - 2, 1e12 - 1]);
  const second = scheduleSlots({ cron: '* * * * * *' });
  expect(second.newest(2, 0, 1e12)).toEqual([1e12 - 2_000, 1e12 - 1_000]);
});

test('counts and takes what a walk from slot to slot finds', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: -100, max: 100 }),
      fc.integer({ min: -200, max: 200 }),
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 0, max: 9 }),
      (everyMs, anchorMs, from, length, n) => {
        const slots = scheduleSlots({ everyMs, anchorMs });
        const walked: number[] = [];
        for (let at = slots.next(from - 1); at !== undefined && at < from + length; at = slots.next(at))
          walked.push(at);
        expect(slots.count(from, from + length)).toBe(walked.length);
        expect(slots.newest(n, from, from + length)).toEqual(n === 0 ? [] : walked.slice(-n));
      },
    ),
  );
});

describe('refusals', () => {
  test.each([
    [{ everyMs: 0 }, 'everyMs must be'],
    [{ everyMs: -5 }, 'everyMs must be'],
    [{ everyMs: 0.5 }, 'everyMs must be'],
    [{ everyMs: Number.NaN }, 'everyMs must be'],
    [{ everyMs: 10, anchorMs: Number.POSITIVE_INFINITY }, 'anchorMs must be'],
    [{ cron: '61 * * * *' }, 'minute must be 0-59'],
  ])('refuses %j', (when, message) => {
    expect(() => scheduleSlots(when)).toThrow(RangeError);
    expect(() => scheduleSlots(when)).toThrow(message);
  });

  test('refuses an end that is not after the start, and other kinds', () => {
    expect(() => scheduleSlots({ everyMs: 1 }, { startAt: 5, endAt: 5 })).toThrow('endAt must be after startAt');
    expect(() => scheduleSlots({ everyMs: '1' as never })).toThrow(TypeError);
    expect(() => scheduleSlots({ everyMs: 1 }, { endAt: new Date() as never })).toThrow(TypeError);
  });
});
