import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type CronOptions, parseCron } from './parse-cron.ts';

interface Vectors {
  readonly cron: readonly (CronOptions & { readonly cron: string; readonly after: string; readonly next: string[] })[];
  readonly refusedCron: readonly string[];
  readonly refusedZones: readonly { readonly cron: string; readonly tz: string }[];
}

const vectors: Vectors = JSON.parse(readFileSync(new URL('../../test/vectors/cron.json', import.meta.url), 'utf8'));

const iso = (instants: readonly number[]) => instants.map((instant) => new Date(instant).toISOString());
const taken = (expression: string, after: string, n: number, options?: CronOptions) =>
  iso(parseCron(expression, options).take(Date.parse(after), n));

describe('the vectors', () => {
  test.each(vectors.cron)('names the instants of $cron in $tz after $after (gap $gap, overlap $overlap)', (vector) => {
    const { cron, after, next, ...options } = vector;
    expect(taken(cron, after, next.length, options)).toEqual(next);
  });

  test.each(vectors.refusedCron)('refuses %j', (expression) => {
    expect(() => parseCron(expression)).toThrow(RangeError);
  });

  test.each(vectors.refusedZones)('refuses the zone $tz', ({ cron, tz }) => {
    expect(() => parseCron(cron, { tz })).toThrow(RangeError);
  });
});

describe('fields', () => {
  test('takes names in any case, and lists of ranges with steps', () => {
    expect(taken('0 0 1 JAN,Mar-may/2 *', '2026-01-01T00:00:00Z', 4)).toEqual([
      '2026-03-01T00:00:00.000Z',
      '2026-05-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
      '2027-03-01T00:00:00.000Z',
    ]);
  });

  test('takes 0 and 7 for Sunday, also at the end of a range', () => {
    const sundays = ['2026-01-04T00:00:00.000Z', '2026-01-11T00:00:00.000Z'];
    expect(taken('0 0 * * 0', '2026-01-01T00:00:00Z', 2)).toEqual(sundays);
    expect(taken('0 0 * * 7', '2026-01-01T00:00:00Z', 2)).toEqual(sundays);
    expect(taken('0 0 * * 6-7', '2026-01-01T00:00:00Z', 3)).toEqual([
      '2026-01-03T00:00:00.000Z',
      '2026-01-04T00:00:00.000Z',
      '2026-01-10T00:00:00.000Z',
    ]);
  });

  test('takes ? for any day, which restricts nothing', () => {
    expect(taken('0 0 ? * 1', '2026-01-01T00:00:00Z', 2)).toEqual(taken('0 0 * * 1', '2026-01-01T00:00:00Z', 2));
    expect(taken('0 0 15 * ?', '2026-01-01T00:00:00Z', 2)).toEqual(taken('0 0 15 * *', '2026-01-01T00:00:00Z', 2));
  });

  test('counts six fields from the second', () => {
    expect(taken('15,45 0 12 * * *', '2026-01-01T12:00:15Z', 2)).toEqual([
      '2026-01-01T12:00:45.000Z',
      '2026-01-02T12:00:15.000Z',
    ]);
  });

  test('matches either day where both are restricted, a step of days included', () => {
    expect(taken('0 0 */20 * 1', '2026-01-01T00:00:00Z', 4)).toEqual([
      '2026-01-05T00:00:00.000Z',
      '2026-01-12T00:00:00.000Z',
      '2026-01-19T00:00:00.000Z',
      '2026-01-21T00:00:00.000Z',
    ]);
  });

  test('moves a weekday within its month alone', () => {
    // 1 August 2026 is a Saturday, 31 May 2026 a Sunday.
    expect(taken('0 0 1W 8 *', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-08-03T00:00:00.000Z']);
    expect(taken('0 0 31W 5 *', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-05-29T00:00:00.000Z']);
    expect(taken('0 0 30W * *', '2026-01-31T00:00:00Z', 1)).toEqual(['2026-03-30T00:00:00.000Z']);
  });

  test('finds the last of a weekday and the fifth where there is one', () => {
    expect(taken('0 0 * * FRIL', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-30T00:00:00.000Z']);
    expect(taken('0 0 * * 5#5', '2026-01-31T00:00:00Z', 2)).toEqual([
      '2026-05-29T00:00:00.000Z',
      '2026-07-31T00:00:00.000Z',
    ]);
  });

  test('finds a day that comes once in forty years', () => {
    expect(taken('0 0 * 2 1#5', '2072-03-01T00:00:00Z', 1)).toEqual(['2112-02-29T00:00:00.000Z']);
  });
});

describe('refusals', () => {
  test.each([
    ['60 * * * *', 'minute must be 0-59, got "60"'],
    ['60 * * * * *', 'second must be 0-59, got "60"'],
    ['* 24 * * *', 'hour must be 0-23, got "24"'],
    ['* * 32 * *', 'day-of-month must be 1-31'],
    ['* * * 13 *', 'month must be 1-12'],
    ['* * * * 8', 'day-of-week must be 0-7'],
    ['*/0 * * * *', 'minute step must be a positive integer, got "0"'],
    ['5-1 * * * *', 'minute range must run upwards within 0-59, got "5-1"'],
    ['-1 * * * *', 'minute must be 0-59, got "-1"'],
    ['1-2-3 * * * *', 'minute must be 0-59, got "1-2-3"'],
    ['1/2/3 * * * *', 'minute must be 0-59, got "1/2/3"'],
    ['1,,2 * * * *', 'minute must be 0-59, got ""'],
    ['? * * * *', 'minute must be 0-59, got "?"'],
    ['L * * * *', 'minute must be 0-59, got "L"'],
    ['* * 1,? * *', 'day-of-month must be 1-31'],
    ['* * 0W * *', 'day-of-month must be 1-31'],
    ['* * * - *', 'month must be 1-12'],
    ['* * * january *', 'month must be 1-12'],
    ['* * * * L', 'day-of-week must be 0-7'],
    ['* * * * 1#2#3', 'day-of-week must be 0-7'],
    ['0 0 30W 2 *', 'day-of-month must be a day that month 2 has (1-29)'],
    ['0 0 31W 4,6 *', 'day-of-month must be a day that month 4,6 has (1-30)'],
    ['* * * *', 'cron must be five fields'],
    ['@toString', 'cron must be one of @hourly'],
  ])('says of %j what is allowed', (expression, message) => {
    expect(() => parseCron(expression)).toThrow(RangeError);
    expect(() => parseCron(expression)).toThrow(message);
  });

  test('takes a day that its months lack where a day of the week comes as well', () => {
    expect(taken('0 0 30 2 1', '2026-02-01T00:00:00Z', 1)).toEqual(['2026-02-02T00:00:00.000Z']);
  });

  test('refuses other kinds and policies that there are not', () => {
    expect(() => parseCron(5 as never)).toThrow(TypeError);
    expect(() => parseCron('* * * * *', { tz: 5 as never })).toThrow(TypeError);
    expect(() => parseCron('* * * * *', { gap: 'before' as never })).toThrow(RangeError);
    expect(() => parseCron('* * * * *', { overlap: 'third' as never })).toThrow(RangeError);
    expect(() => parseCron('* * * * *', { gap: 5 as never })).toThrow(TypeError);
    expect(() => parseCron('* * * * *', { overlap: null as never })).toThrow(TypeError);
    expect(() => parseCron('* * * * *').next('1' as never)).toThrow(TypeError);
    expect(() => parseCron('* * * * *').next(Number.NaN)).toThrow(RangeError);
    expect(() => parseCron('* * * * *').next(Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => parseCron('* * * * *').take(0, -1)).toThrow(RangeError);
    expect(() => parseCron('* * * * *').take(0, '1' as never)).toThrow(TypeError);
  });
});

describe('instants', () => {
  test('names the next instant exclusively, from any fraction of a millisecond', () => {
    const cron = parseCron('* * * * *');
    expect(cron.next(0)).toBe(60_000);
    expect(cron.next(59_999.5)).toBe(60_000);
    expect(cron.next(60_000)).toBe(120_000);
    expect(cron.next(-1)).toBe(0);
    expect(cron.take(0, 0)).toEqual([]);
  });

  test('ends where dates end', () => {
    const end = 8_640_000_000_000_000;
    expect(parseCron('0 0 * * *').next(end - 1)).toBe(end);
    expect(parseCron('0 0 * * *').next(end)).toBeUndefined();
    expect(parseCron('0 12 * * *', { tz: 'Europe/Berlin' }).take(end - 50_000, 3)).toEqual([]);
  });

  test('answers the same whatever was asked before', () => {
    const used = parseCron('30 2 * * *', { tz: 'Europe/Berlin', overlap: 'both' });
    const asked = ['2026-10-24T00:00:00Z', '2026-03-28T12:00:00Z', '2030-01-01T00:00:00Z', '2026-10-25T00:30:00Z'];
    for (const after of [...asked, ...asked.reverse()]) {
      const fresh = parseCron('30 2 * * *', { tz: 'Europe/Berlin', overlap: 'both' });
      expect(used.take(Date.parse(after), 3)).toEqual(fresh.take(Date.parse(after), 3));
    }
  });
});
