import type { QuotaRule } from '../limits/limit-rule.ts';
import { firstInstantOf, type ZoneOffset, zoneOffset } from './zone-offset.ts';

const DAY_MS = 86_400_000;

/** From `start`, up to and without `end`; both epoch milliseconds. */
export interface QuotaPeriod {
  readonly start: number;
  readonly end: number;
}

/** What decides where the periods of a quota begin. */
export type QuotaCalendar = Pick<QuotaRule, 'per' | 'timeZone' | 'anchorDay'>;

/** A day of the calendar, as midnight in UTC. */
type LocalDay = number;

/**
 * Gives the period of a quota that an instant falls in. A day begins at the first instant whose local calendar date is that
 * day, so that days of 23, 25 and 0 hours come out right; weeks begin on Monday (ISO 8601); months and years on `anchorDay`,
 * clamped to the length of the month.
 *
 * Keep the function: it remembers the zone, and the period it gave last.
 * @throws RangeError when the runtime does not know the time zone.
 */
export function quotaPeriods({ per, timeZone = 'UTC', anchorDay = 1 }: QuotaCalendar): (at: number) => QuotaPeriod {
  const offset = zoneOffset(timeZone);
  const begin = (day: LocalDay) => firstInstantOf(day, offset);
  // Two, for a clock that went back: what was counted ahead and what is now are asked for in turns.
  let last: QuotaPeriod = { start: 0, end: 0 };
  let other = last;
  return (at) => {
    if (at >= last.start && at < last.end) return last;
    [last, other] = [other, last];
    if (at >= last.start && at < last.end) return last;
    let first = firstDayOf(per, anchorDay, localDay(at, offset));
    let next = firstDayAfter(per, anchorDay, first);
    let [start, end] = [begin(first), begin(next)];
    // Where clocks go back over midnight, the old date shows again although the new day has begun.
    while (at >= end) {
      first = next;
      next = firstDayAfter(per, anchorDay, first);
      [start, end] = [end, begin(next)];
    }
    last = { start, end };
    return last;
  };
}

function localDay(at: number, offset: ZoneOffset): LocalDay {
  return Math.floor((at + offset(at)) / DAY_MS) * DAY_MS;
}

/** The day on which the period around `day` begins. */
function firstDayOf(per: QuotaRule['per'], anchorDay: number, day: LocalDay): LocalDay {
  if (per === 'day') return day;
  // The epoch was a Thursday.
  if (per === 'week') return day - ((((day / DAY_MS + 3) % 7) + 7) % 7) * DAY_MS;
  const date = new Date(day);
  const [year, month] = [date.getUTCFullYear(), per === 'year' ? 0 : date.getUTCMonth()];
  const anchor = anchored(year, month, anchorDay);
  if (day >= anchor) return anchor;
  return per === 'year' ? anchored(year - 1, 0, anchorDay) : anchored(year, month - 1, anchorDay);
}

function firstDayAfter(per: QuotaRule['per'], anchorDay: number, first: LocalDay): LocalDay {
  if (per === 'day') return first + DAY_MS;
  if (per === 'week') return first + 7 * DAY_MS;
  const date = new Date(first);
  return per === 'year'
    ? anchored(date.getUTCFullYear() + 1, 0, anchorDay)
    : anchored(date.getUTCFullYear(), date.getUTCMonth() + 1, anchorDay);
}

function anchored(year: number, month: number, anchorDay: number): LocalDay {
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(anchorDay, lastDay));
}
