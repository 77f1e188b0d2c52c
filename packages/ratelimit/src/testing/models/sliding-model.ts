import type { SlidingRule } from '../../limits/limit-rule.ts';
import { microseconds, wholeMs } from './exact-time.ts';
import { Fraction } from './fraction.ts';
import type { LimitModel, Moment } from './limit-model.ts';

/** What the counting rules forgive of a unit. */
const NOISE = Fraction.of(1, 1_000_000_000);

/** A count for every window there ever was, by the start of the window; times in microseconds. */
export function slidingModel(): LimitModel<SlidingRule> {
  let counts = new Map<number, number>();

  function view(rule: SlidingRule, { monotonic }: Moment) {
    let start = Math.floor(monotonic / rule.windowMs) * rule.windowMs;
    // A clock that went back finds counts of later windows: they stay, and time stands still until it catches up.
    const newest = Math.max(start, ...counts.keys());
    const elapsed = newest > start ? Fraction.zero : microseconds(monotonic).minus(microseconds(start));
    start = newest;
    const window = microseconds(rule.windowMs);
    const previous = counts.get(start - rule.windowMs) ?? 0;
    const current = counts.get(start) ?? 0;
    const ahead = microseconds(start).minus(microseconds(monotonic)).max(Fraction.zero);
    const estimate = Fraction.of(previous).times(window.minus(elapsed)).over(window).plus(Fraction.of(current));
    return { start, elapsed, ahead, window, previous, current, estimate };
  }

  function add(start: number, units: number): void {
    const count = (counts.get(start) ?? 0) + units;
    if (count > 0) counts.set(start, count);
    else counts.delete(start);
  }

  return {
    look(rule, at, cost) {
      const { elapsed, ahead, window, previous, current, estimate } = view(rule, at);
      const limit = Fraction.of(rule.limit).plus(NOISE);
      const spare = limit.minus(estimate);
      const allowed = rule.limit > 0 && cost <= rule.limit && !Fraction.of(cost).isAbove(spare);
      const rest = window.minus(elapsed).plus(ahead);
      // Where the weighted count has come down to what the cost leaves of the limit.
      const fade = (count: number, down: Fraction) => window.minus(window.times(down).over(Fraction.of(count)));
      const retry = () =>
        current + cost <= rule.limit
          ? fade(previous, limit.minus(Fraction.of(current + cost)))
              .minus(elapsed)
              .plus(ahead)
          : rest.plus(fade(current, limit.minus(Fraction.of(cost))));
      return {
        allowed,
        remaining: rule.limit === 0 ? 0 : Math.max(0, spare.floor()),
        resetAfterMs: current > 0 ? wholeMs(rest.plus(window)) : previous > 0 ? wholeMs(rest) : 0,
        retryAfterMs: rule.limit === 0 || cost > rule.limit ? Number.POSITIVE_INFINITY : allowed ? 0 : wholeMs(retry()),
      };
    },

    charge(rule, at, cost) {
      const { start } = view(rule, at);
      add(start, cost);
      return String(start);
    },

    save() {
      const was = new Map(counts);
      return () => {
        counts = was;
      };
    },

    adjust(rule, at, receipt, by) {
      const { start, estimate } = view(rule, at);
      if (by > 0) {
        const room = Fraction.of(2 * rule.limit)
          .minus(estimate)
          .plus(NOISE);
        const added = Math.max(0, Math.min(by, room.floor()));
        add(start, added);
        return added;
      }
      const charged = Number(receipt);
      if (charged !== start && charged !== start - rule.windowMs) return 0;
      const given = Math.min(-by, counts.get(charged) ?? 0);
      add(charged, -given);
      return given;
    },
  };
}
