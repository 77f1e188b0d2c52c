import type { QuotaRule } from '../limits/limit-rule.ts';
import { type QuotaPeriod, quotaPeriods } from '../quota/quota-period.ts';

/** Where the previous, the current and the next period begin, and where the next one ends; epoch milliseconds. */
export type PeriodBounds = readonly [previous: number, current: number, next: number, end: number];

interface Calendar {
  periodAt(at: number): QuotaPeriod;
  last: PeriodBounds;
}

/** Computes the bounds of quotas around an instant, and remembers the latest of each calendar. */
export class PeriodBook {
  readonly #calendars = new Map<string, Calendar>();

  boundsAt(rule: QuotaRule, at: number): PeriodBounds {
    const calendar = this.#calendarOf(rule);
    if (at < calendar.last[1] || at >= calendar.last[2]) {
      const current = calendar.periodAt(at);
      const next = calendar.periodAt(current.end);
      calendar.last = [calendar.periodAt(current.start - 1).start, current.start, current.end, next.end];
    }
    return calendar.last;
  }

  /** How long the period lasts that an instant falls in. */
  lengthAt(rule: QuotaRule, at: number): number {
    const bounds = this.boundsAt(rule, at);
    return bounds[2] - bounds[1];
  }

  #calendarOf(rule: QuotaRule): Calendar {
    const id = `${rule.per} ${rule.anchorDay} ${rule.timeZone}`;
    let calendar = this.#calendars.get(id);
    if (calendar === undefined) {
      calendar = { periodAt: quotaPeriods(rule), last: [0, 0, 0, 0] };
      this.#calendars.set(id, calendar);
    }
    return calendar;
  }
}
