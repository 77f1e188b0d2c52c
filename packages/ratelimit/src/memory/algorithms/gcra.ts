import { capacityOf } from '../../limits/capacity.ts';
import type { GcraRule } from '../../limits/limit-rule.ts';
import type { Slots } from '../slots.ts';
import type { Algorithm } from './algorithm.ts';

/**
 * GCRA. Kept is not the theoretical arrival time but how far it was ahead (`second`, ms) of the last charge (`first`): the
 * difference of two close times is exact whatever the origin of the clock, and a debt of microseconds is not lost beside it.
 *
 * A charge is marked by the time from which there is nothing to give back: when the capacity would have come back from nothing.
 */
export function gcra(slots: Slots): Algorithm<GcraRule> {
  /** Milliseconds that the arrival time is ahead of now. */
  function owed(slot: number, now: number): number {
    return slot < 0 ? 0 : Math.max(0, left(slot, now));
  }

  const left = (slot: number, now: number) => (slots.second[slot] as number) - (now - (slots.first[slot] as number));

  function write(slot: number, owedMs: number, now: number): void {
    slots.first[slot] = now;
    slots.second[slot] = owedMs;
  }

  return {
    judge(slot, rule, cost, now, verdict) {
      if (rule.limit === 0) return verdict.set(false, 0, 0, Number.POSITIVE_INFINITY);
      const unitMs = rule.windowMs / rule.limit;
      const capacity = capacityOf(rule);
      const noise = noiseOf(unitMs);
      const before = owed(slot, now);
      const after = before + cost * unitMs;
      const tolerance = capacity * unitMs + noise;
      const allowed = cost <= capacity && after <= tolerance;
      const owedMs = allowed ? after : before;
      const retry = cost > capacity ? Number.POSITIVE_INFINITY : Math.ceil(after - tolerance);
      verdict.set(allowed, wholeUnits(tolerance - owedMs, unitMs), ceilMs(owedMs - noise), retry);
      verdict.next = after;
      verdict.mark = now + capacity * unitMs;
    },

    charge(slot, _rule, _cost, now, verdict) {
      write(slot, verdict.next, now);
    },

    add(slot, rule, by, now) {
      if (rule.limit === 0) return 0;
      const unitMs = rule.windowMs / rule.limit;
      const owedMs = owed(slot, now);
      const room = Math.floor((2 * capacityOf(rule) * unitMs - owedMs + noiseOf(unitMs)) / unitMs);
      const added = Math.max(0, Math.min(by, room));
      if (added > 0) write(slot, owedMs + added * unitMs, now);
      return added;
    },

    giveBack(slot, rule, units, now, overAt, limit) {
      if (rule.limit === 0) return 0;
      const unitMs = rule.windowMs / limit;
      const owedMs = owed(slot, now);
      if (owedMs === 0 || now >= overAt) return 0;
      write(slot, Math.max(0, owedMs - units * unitMs), now);
      return units;
    },

    lastsMs: left,
  };
}

/** What rate-based rules forgive, in ms: a microsecond, or a thousandth of the time of one unit where that is less. */
export function noiseOf(unitMs: number): number {
  return unitMs < 1 ? unitMs / 1000 : 0.001;
}

/** Units that have come back in a span of time. */
function wholeUnits(ms: number, unitMs: number): number {
  return ms > 0 ? Math.floor(ms / unitMs) : 0;
}

/** Rounded up, and not below 0. */
export function ceilMs(ms: number): number {
  return ms > 0 ? Math.ceil(ms) : 0;
}
