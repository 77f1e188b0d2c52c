import { capacityOf } from '../../limits/capacity.ts';
import type { GcraRule } from '../../limits/limit-rule.ts';
import { forgiven, microseconds, wholeMs } from './exact-time.ts';
import { Fraction } from './fraction.ts';
import type { LimitModel } from './limit-model.ts';

/**
 * GCRA by the book: `tat` is the theoretical arrival time, everything in microseconds. A charge is named by the time from
 * which there is nothing to give back, when the capacity would have come back from nothing, and by the time of a unit.
 */
export function gcraModel(): LimitModel<GcraRule> {
  let tat = Fraction.zero;
  return {
    look(rule, at, cost) {
      if (rule.limit === 0) {
        return { allowed: false, remaining: 0, resetAfterMs: 0, retryAfterMs: Number.POSITIVE_INFINITY };
      }
      const now = microseconds(at.monotonic);
      const unitTime = timeOfUnit(rule);
      const noise = forgiven(unitTime);
      const tolerance = unitTime.times(capacityOf(rule));
      const from = tat.max(now);
      const excess = from.plus(unitTime.times(cost)).minus(tolerance).minus(now).minus(noise);
      const allowed = !excess.isAbove(Fraction.zero);
      const never = cost > capacityOf(rule);
      return {
        allowed: allowed && !never,
        remaining: Math.max(0, now.plus(tolerance).minus(from).plus(noise).over(unitTime).floor()),
        resetAfterMs: wholeMs(tat.minus(now).minus(noise)),
        retryAfterMs: never ? Number.POSITIVE_INFINITY : allowed ? 0 : wholeMs(excess),
      };
    },

    charge(rule, at, cost) {
      const now = microseconds(at.monotonic);
      const unitTime = timeOfUnit(rule);
      tat = tat.max(now).plus(unitTime.times(cost));
      return `${now.plus(unitTime.times(capacityOf(rule)))} ${unitTime}`;
    },

    save() {
      const was = tat;
      return () => {
        tat = was;
      };
    },

    adjust(rule, at, receipt, by) {
      if (rule.limit === 0) return 0;
      const now = microseconds(at.monotonic);
      if (by > 0) {
        const unitTime = timeOfUnit(rule);
        const room = now.plus(unitTime.times(2 * capacityOf(rule))).minus(tat.max(now));
        const added = Math.max(0, Math.min(by, room.plus(forgiven(unitTime)).over(unitTime).floor()));
        tat = tat.max(now).plus(unitTime.times(added));
        return added;
      }
      const [overAt, unitTime] = receipt.split(' ').map(Fraction.parse) as [Fraction, Fraction];
      if (!tat.isAbove(now) || !overAt.isAbove(now)) return 0;
      tat = tat.minus(unitTime.times(-by)).max(now);
      return -by;
    },
  };
}

function timeOfUnit({ limit, windowMs }: GcraRule): Fraction {
  return Fraction.of(windowMs * 1000, limit);
}
