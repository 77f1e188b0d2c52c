import { civilDate, DAY_MS, daysIn } from './civil-date.ts';
import { HOUR, MINUTE, SECOND, valuesOf } from './cron-field.ts';
import { dayRule } from './day-rule.ts';

/** The wall times an expression names, as if wall clocks were in UTC: milliseconds since 1970 that no zone has touched. */
export interface WallTimes {
  /** Neither the minute nor the hour begins with `*`: what is meant is a time of day, not a distance. */
  readonly fixed: boolean;
  /** The first named wall time that is not before `from`; `undefined` where none comes within 500 years. */
  next(from: number): number | undefined;
}

/** An expression repeats after 400 years at the latest, the length of the Gregorian cycle. */
const SEARCHED_DAYS = 500 * 366;

/** Aliases of whole expressions. */
const MACROS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
};

/** Reads an expression. @throws RangeError naming the field and what is allowed */
export function wallTimes(expression: string): WallTimes {
  const [second, minute, hour, dayOfMonth, month, dayOfWeek] = fieldsOf(expression);
  const seconds = valuesOf(SECOND, second);
  const minutes = valuesOf(MINUTE, minute);
  const hours = valuesOf(HOUR, hour);
  const days = dayRule(dayOfMonth, month, dayOfWeek);

  function next(from: number): number | undefined {
    const today = Math.floor(from / DAY_MS);
    let least = Math.ceil((from - today * DAY_MS) / 1000);
    let day = today;
    while (day - today < SEARCHED_DAYS) {
      const date = civilDate(day);
      if (days.matches(date)) {
        const time = timeOfDay(least, hours, minutes, seconds);
        if (time !== undefined) return day * DAY_MS + time * 1000;
      }
      least = 0;
      day += days.months.has(date.month) ? 1 : daysIn(date.year, date.month) - date.day + 1;
    }
    return undefined;
  }

  return { fixed: !minute.startsWith('*') && !hour.startsWith('*'), next };
}

type Fields = [string, string, string, string, string, string];

function fieldsOf(expression: string): Fields {
  const text = expression.trim();
  if (text.startsWith('@')) {
    const macro = Object.hasOwn(MACROS, text.toLowerCase()) ? MACROS[text.toLowerCase()] : undefined;
    if (macro !== undefined) return fieldsOf(macro);
    throw new RangeError(`cron must be one of ${Object.keys(MACROS).join(', ')}, got ${JSON.stringify(text)}`);
  }
  const fields = text === '' ? [] : text.split(/\s+/);
  if (fields.length === 5) return ['0', ...fields] as Fields;
  if (fields.length === 6) return fields as Fields;
  throw new RangeError(
    `cron must be five fields (minute hour day-of-month month day-of-week) or six with the second first, got ${JSON.stringify(expression)}`,
  );
}

/** The first second of the day, not before `least`, whose hour, minute and second are all named. */
function timeOfDay(
  least: number,
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
): number | undefined {
  const [fromHour, fromMinute, fromSecond] = [Math.floor(least / 3600), Math.floor(least / 60) % 60, least % 60];
  for (const hour of hours) {
    if (hour < fromHour) continue;
    const sameHour = hour === fromHour;
    for (const minute of minutes) {
      if (sameHour && minute < fromMinute) continue;
      const floor = sameHour && minute === fromMinute ? fromSecond : 0;
      const second = seconds.find((each) => each >= floor);
      if (second !== undefined) return hour * 3600 + minute * 60 + second;
    }
  }
  return undefined;
}
