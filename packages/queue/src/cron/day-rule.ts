import { type CivilDate, daysIn } from './civil-date.ts';
import { DAY_OF_MONTH, DAY_OF_WEEK, MONTH, notAllowed, numberOf, valuesOf } from './cron-field.ts';

/** Which days an expression names: by month, and by day of the month or of the week. */
export interface DayRule {
  readonly months: ReadonlySet<number>;
  matches(date: CivilDate): boolean;
}

type DayTest = (date: CivilDate) => boolean;

/**
 * Reads the three day fields. Where both the day of the month and the day of the week are restricted, either matches.
 *
 * @throws RangeError naming the field and what is allowed; also where no month has such a day.
 */
export function dayRule(dayOfMonth: string, month: string, dayOfWeek: string): DayRule {
  const months = new Set(valuesOf(MONTH, month));
  const inMonth = isFree(dayOfMonth) ? undefined : dayOfMonth.split(',').map(dayOfMonthTest);
  const inWeek = isFree(dayOfWeek) ? undefined : dayOfWeek.split(',').map(dayOfWeekTest);
  if (inMonth !== undefined && inWeek === undefined) refuseNoSuchDay(dayOfMonth, month, months);
  const tests = inMonth === undefined && inWeek === undefined ? [() => true] : [...(inMonth ?? []), ...(inWeek ?? [])];
  return { months, matches: (date) => months.has(date.month) && tests.some((test) => test(date)) };
}

function isFree(field: string): boolean {
  return field === '*' || field === '?';
}

function dayOfMonthTest(item: string): DayTest {
  if (/^l$/i.test(item)) return (date) => date.day === daysIn(date.year, date.month);
  const weekday = /^(\d{1,2})w$/i.exec(item)?.[1];
  if (weekday !== undefined) {
    const wanted = numberOf(DAY_OF_MONTH, weekday);
    return (date) => date.day === nearestWeekday(date, wanted);
  }
  const days = new Set(valuesOf(DAY_OF_MONTH, item));
  return (date) => days.has(date.day);
}

function dayOfWeekTest(item: string): DayTest {
  const last = /^(\w+)l$/i.exec(item)?.[1];
  if (last !== undefined) {
    const weekday = numberOf(DAY_OF_WEEK, last) % 7;
    return (date) => date.weekday === weekday && date.day + 7 > daysIn(date.year, date.month);
  }
  const [word = '', nth, ...more] = item.split('#');
  if (nth !== undefined) {
    if (more.length > 0 || !/^[1-5]$/.test(nth)) throw notAllowed(DAY_OF_WEEK, item);
    const weekday = numberOf(DAY_OF_WEEK, word) % 7;
    return (date) => date.weekday === weekday && Math.ceil(date.day / 7) === Number(nth);
  }
  const days = new Set(valuesOf(DAY_OF_WEEK, item).map((day) => day % 7));
  return (date) => days.has(date.weekday);
}

/** The day from Monday to Friday that is nearest to `wanted` within its month, or 0 where the month has no such day. */
function nearestWeekday(date: CivilDate, wanted: number): number {
  const last = daysIn(date.year, date.month);
  if (wanted > last) return 0;
  const weekday = (((date.weekday + wanted - date.day) % 7) + 7) % 7;
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === last ? wanted - 2 : wanted + 1;
  return wanted;
}

function refuseNoSuchDay(dayOfMonth: string, month: string, months: ReadonlySet<number>): void {
  const LEAP_YEAR = 2024;
  const longest = Math.max(...[...months].map((each) => daysIn(LEAP_YEAR, each)));
  const days = dayOfMonth.split(',').flatMap((item) => {
    if (/^l$/i.test(item)) return [1];
    return /w$/i.test(item) ? [Number.parseInt(item, 10)] : valuesOf(DAY_OF_MONTH, item);
  });
  if (Math.min(...days) > longest) {
    throw new RangeError(`day-of-month must be a day that month ${month} has (1-${longest}), got "${dayOfMonth}"`);
  }
}
