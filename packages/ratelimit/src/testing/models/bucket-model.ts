import { capacityOf } from '../../limits/capacity.ts';
import type { BucketRule } from '../../limits/limit-rule.ts';
import { forgiven, microseconds, wholeMs } from './exact-time.ts';
import { Fraction } from './fraction.ts';
import type { LimitModel, Moment } from './limit-model.ts';

interface Level {
  readonly tokens: Fraction;
  readonly at: Fraction;
  /** When it was to be full as it was written: from then on it is no different from one that was never used. */
  readonly fullAt: Fraction;
}

/** A token bucket that grows continuously; times in microseconds. */
export function bucketModel(): LimitModel<BucketRule> {
  let level: Level | undefined;

  function tokens(rule: BucketRule, at: Moment): Fraction {
    const now = microseconds(at.monotonic);
    const full = Fraction.of(capacityOf(rule));
    if (level === undefined || !level.fullAt.isAbove(now)) return full;
    return level.tokens.plus(now.minus(level.at).over(timeOfUnit(rule))).min(full);
  }

  function write(rule: BucketRule, at: Moment, left: Fraction): void {
    const now = microseconds(at.monotonic);
    const missing = Fraction.of(capacityOf(rule)).minus(left);
    level = { tokens: left, at: now, fullAt: now.plus(missing.times(timeOfUnit(rule))) };
  }

  return {
    look(rule, at, cost) {
      const capacity = capacityOf(rule);
      if (rule.limit === 0) {
        return { allowed: false, remaining: 0, resetAfterMs: 0, retryAfterMs: Number.POSITIVE_INFINITY };
      }
      const unitTime = timeOfUnit(rule);
      const noise = forgiven(unitTime);
      const held = tokens(rule, at);
      const excess = Fraction.of(cost).minus(held).times(unitTime).minus(noise);
      const allowed = !excess.isAbove(Fraction.zero);
      return {
        allowed: allowed && cost <= capacity,
        remaining: Math.min(capacity, Math.max(0, held.plus(noise.over(unitTime)).floor())),
        resetAfterMs: wholeMs(Fraction.of(capacity).minus(held).times(unitTime).minus(noise)),
        retryAfterMs: cost > capacity ? Number.POSITIVE_INFINITY : allowed ? 0 : wholeMs(excess),
      };
    },

    charge(rule, at, cost) {
      write(rule, at, tokens(rule, at).minus(Fraction.of(cost)));
      const refilled = timeOfUnit(rule).times(capacityOf(rule));
      return String(microseconds(at.monotonic).plus(refilled));
    },

    save() {
      const was = level;
      return () => {
        level = was;
      };
    },

    adjust(rule, at, receipt, by) {
      if (rule.limit === 0) return 0;
      const now = microseconds(at.monotonic);
      const held = tokens(rule, at);
      const full = Fraction.of(capacityOf(rule));
      if (by > 0) {
        const room = held.plus(full).plus(forgiven(timeOfUnit(rule)).over(timeOfUnit(rule)));
        const added = Math.max(0, Math.min(by, room.floor()));
        write(rule, at, held.minus(Fraction.of(added)));
        return added;
      }
      if (!full.isAbove(held) || !Fraction.parse(receipt).isAbove(now)) return 0;
      write(rule, at, held.minus(Fraction.of(by)).min(full));
      return -by;
    },
  };
}

function timeOfUnit({ limit, windowMs }: BucketRule): Fraction {
  return Fraction.of(windowMs * 1000, limit);
}
