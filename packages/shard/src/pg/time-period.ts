import { checkInteger, shown } from '../keys/shown.ts';

/** How long a partition of a table is: a unit of the calendar in UTC, or milliseconds since 1970. */
export type PgTimePeriod = 'hour' | 'day' | 'week' | 'month' | 'year' | number;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 1970 began on a Thursday; weeks begin on Mondays. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
const units: readonly unknown[] = ['hour', 'day', 'week', 'month', 'year'];

/** @throws TypeError or RangeError */
export function checkPeriod(every: unknown): PgTimePeriod {
  if (units.includes(every)) return every as PgTimePeriod;
  if (typeof every === 'number') return checkInteger('every', every, 1_000, 100 * 366 * DAY_MS);
  throw new TypeError(`every must be one of ${units.join(', ')} or milliseconds, got ${shown(every)}`);
}

/** When the period that is so many after that of a moment begins, in epoch milliseconds. */
export function periodStart(every: PgTimePeriod, atMs: number, after: number): number {
  const at = new Date(atMs);
  switch (every) {
    case 'month':
      return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + after);
    case 'year':
      return Date.UTC(at.getUTCFullYear() + after, 0);
    case 'week':
      return aligned(atMs, 7 * DAY_MS, FIRST_MONDAY_MS, after);
    case 'day':
      return aligned(atMs, DAY_MS, 0, after);
    case 'hour':
      return aligned(atMs, HOUR_MS, 0, after);
    default:
      return aligned(atMs, every, 0, after);
  }
}

/** What a partition that begins then is called: sorted by name is sorted by time. */
export function periodName(every: PgTimePeriod, startMs: number): string {
  const digits = new Date(startMs).toISOString().replace(/\D/g, '');
  const length = { year: 4, month: 6, week: 8, day: 8, hour: 10 };
  return digits.slice(0, typeof every === 'number' ? 14 : length[every]);
}

function aligned(atMs: number, everyMs: number, originMs: number, after: number): number {
  return originMs + (Math.floor((atMs - originMs) / everyMs) + after) * everyMs;
}
