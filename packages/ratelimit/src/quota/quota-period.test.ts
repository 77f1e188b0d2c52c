import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../test/vectors/ratelimit.json' with { type: 'json' };
import { type QuotaCalendar, quotaPeriods } from './quota-period.ts';

const HOUR_MS = 3_600_000;

describe('finds the period of a quota', () => {
  for (const { start, end, now, nowIso, note, ...calendar } of vectors.quota) {
    test(`by ${calendar.per} in ${calendar.timeZone} at ${nowIso} ${note}`, () => {
      expect(quotaPeriods(calendar as QuotaCalendar)(now)).toEqual({ start, end });
    });
  }
});

test('begins the day after the skipped hour where midnight does not exist', () => {
  const day = quotaPeriods({ per: 'day', timeZone: 'Asia/Beirut' })(Date.parse('2024-03-31T12:00:00Z'));
  expect(day).toEqual({ start: Date.parse('2024-03-30T22:00:00Z'), end: Date.parse('2024-03-31T21:00:00Z') });
});

test('begins the day at the first of two midnights', () => {
  const day = quotaPeriods({ per: 'day', timeZone: 'America/Havana' })(Date.parse('2024-11-03T12:00:00Z'));
  expect(day).toEqual({ start: Date.parse('2024-11-03T04:00:00Z'), end: Date.parse('2024-11-04T05:00:00Z') });
});

test('goes over a date that a zone has left out', () => {
  const day = quotaPeriods({ per: 'day', timeZone: 'Pacific/Apia' });
  const skip = Date.parse('2011-12-30T10:00:00Z');
  expect(day(skip - 1)).toEqual({ start: skip - 24 * HOUR_MS, end: skip });
  expect(day(skip)).toEqual({ start: skip, end: skip + 24 * HOUR_MS });
});

test('keeps a day that has begun when clocks go back over midnight', () => {
  const day = quotaPeriods({ per: 'day', timeZone: 'America/St_Johns' });
  // 00:01 became 23:01 of the day before.
  const change = Date.parse('2006-10-29T02:31:00Z');
  expect(day(change)).toEqual({ start: change - 60_000, end: change + 25 * HOUR_MS - 60_000 });
  expect(day(change - 120_000)).toEqual({ start: change - 60_000 - 24 * HOUR_MS, end: change - 60_000 });
});

test('ends a month that is anchored at a day it does not have on its last day', () => {
  const month = quotaPeriods({ per: 'month', anchorDay: 31 });
  expect(month(Date.parse('2025-02-28T00:00:00Z'))).toEqual({
    start: Date.parse('2025-02-28T00:00:00Z'),
    end: Date.parse('2025-03-31T00:00:00Z'),
  });
  expect(month(Date.parse('2025-04-30T00:00:00Z') - 1).end).toBe(Date.parse('2025-04-30T00:00:00Z'));
});

test('begins a year on its anchor day of January', () => {
  const year = quotaPeriods({ per: 'year', anchorDay: 15 });
  expect(year(Date.parse('2025-01-10T00:00:00Z'))).toEqual({
    start: Date.parse('2024-01-15T00:00:00Z'),
    end: Date.parse('2025-01-15T00:00:00Z'),
  });
});

test('refuses a zone that nobody knows', () => {
  expect(() => quotaPeriods({ per: 'day', timeZone: 'Mars/Olympus' })).toThrow(RangeError);
});

test('tiles all of time without gap or overlap, in any order of asking', () => {
  const zone = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/St_Johns',
    'Asia/Beirut',
    'America/Havana',
    'Pacific/Apia',
    'Australia/Lord_Howe',
    'America/Sao_Paulo',
    'Pacific/Kwajalein',
    'Asia/Manila',
  );
  const per = fc.constantFrom('day', 'week', 'month', 'year');
  const at = fc.integer({ min: 0, max: Date.parse('2040-01-01T00:00:00Z') });
  fc.assert(
    fc.property(zone, per, fc.integer({ min: 1, max: 31 }), at, (timeZone, per, anchorDay, at) => {
      const calendar = { per, timeZone, anchorDay } as const;
      const periods = quotaPeriods(calendar);
      const { start, end } = periods(at);
      expect(start).toBeLessThanOrEqual(at);
      expect(end).toBeGreaterThan(at);
      expect(periods(end).start).toBe(end);
      expect(periods(start - 1).end).toBe(start);
      expect(periods(start)).toEqual({ start, end });
      expect(quotaPeriods(calendar)(end - 1)).toEqual({ start, end });
    }),
    { numRuns: 300 },
  );
});
