import type { FixedRule, QuotaRule } from '../../limits/limit-rule.ts';
import { type QuotaPeriod, quotaPeriods } from '../../quota/quota-period.ts';
import type { Slots } from '../slots.ts';
import { wholeMsLeft } from '../time-noise.ts';
import type { Verdict } from '../verdict.ts';
import type { Algorithm } from './algorithm.ts';

/**
 * One count in one window: `first` is the start of the window, `second` the count, `third` its monotonic end. A window from
 * the first hit starts on the monotonic clock; aligned ones and quotas start on the wall clock, and what that clock left
 * behind by going back lasts no longer than it was to last. A charge is marked by the start of its window.
 */
export function countedWindow(
  slots: Slots,
  rule: FixedRule | QuotaRule,
  wallClock: () => number,
): Algorithm<FixedRule | QuotaRule> {
  const periods = periodsOf(rule);
  let start = 0;
  let count = 0;
  let leftMs = 0;
  let lengthMs: number | undefined;

  /** Turns to the window of now; it is read before anybody else can ask. */
  function turn(slot: number, now: number): void {
    const writtenLeft = slot < 0 ? 0 : (slots.third[slot] as number) - now;
    const written = slot < 0 ? Number.NEGATIVE_INFINITY : (slots.first[slot] as number);
    const lasts = wholeMsLeft(writtenLeft) > 0;
    if (periods === undefined) {
      start = lasts ? written : now;
      leftMs = lasts ? writtenLeft : (rule as FixedRule).windowMs;
      count = lasts ? (slots.second[slot] as number) : 0;
      return;
    }
    const wall = wallClock();
    let period = periods(wall);
    leftMs = period.end - wall;
    count = 0;
    if (written === period.start) count = slots.second[slot] as number;
    else if (written > period.start && lasts) {
      period = periods(written);
      // Either the clock is in that window again before it would have been over, or it would be over long before.
      leftMs = wall + writtenLeft < period.start ? writtenLeft : period.end - wall;
      count = slots.second[slot] as number;
    }
    start = period.start;
    if (rule.algorithm === 'quota') lengthMs = period.end - period.start;
  }

  function write(slot: number, now: number): void {
    slots.first[slot] = start;
    slots.second[slot] = count;
    slots.third[slot] = count === 0 ? now : now + leftMs;
  }

  function stand(limit: number, verdict: Verdict): void {
    verdict.remaining = count < limit ? limit - count : 0;
    verdict.resetAfterMs = count > 0 ? wholeMsLeft(leftMs) : 0;
    verdict.windowMs = lengthMs;
  }

  return {
    judge(slot, { limit }, cost, now, verdict) {
      turn(slot, now);
      const never = limit === 0 || cost > limit;
      const allowed = !never && count + cost <= limit;
      verdict.set(allowed, 0, 0, never ? Number.POSITIVE_INFINITY : wholeMsLeft(leftMs));
      if (allowed) count += cost;
      stand(limit, verdict);
    },

    charge(slot, _rule, cost, now, verdict) {
      turn(slot, now);
      count += cost;
      write(slot, now);
      verdict.mark = start;
    },

    add(slot, { limit }, by, now) {
      turn(slot, now);
      const added = Math.max(0, Math.min(by, 2 * limit - count));
      count += added;
      if (added > 0) write(slot, now);
      return added;
    },

    giveBack(slot, _rule, units, now, window) {
      turn(slot, now);
      const given = window === start ? Math.min(units, count) : 0;
      count -= given;
      if (given > 0) write(slot, now);
      return given;
    },

    lastsMs(slot, now) {
      const left = (slots.third[slot] as number) - now;
      if (periods === undefined || wholeMsLeft(left) > 0) return wholeMsLeft(left) === 0 ? Math.min(left, 0) : left;
      // The wall clock, which decides, may have fallen behind the other one.
      const wall = wallClock();
      const period = periods(wall);
      return period.start === slots.first[slot] && slots.second[slot] !== 0 ? period.end - wall : Math.min(left, 0);
    },
  };
}

/** `undefined`: from the first hit. */
function periodsOf(rule: FixedRule | QuotaRule): ((at: number) => QuotaPeriod) | undefined {
  if (rule.algorithm === 'quota') return quotaPeriods(rule);
  const { aligned, windowMs } = rule;
  if (aligned !== true) return undefined;
  return (at) => {
    const start = Math.floor(at / windowMs) * windowMs;
    return { start, end: start + windowMs };
  };
}
