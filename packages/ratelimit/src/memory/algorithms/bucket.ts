import { capacityOf } from '../../limits/capacity.ts';
import type { BucketRule } from '../../limits/limit-rule.ts';
import type { Slots } from '../slots.ts';
import { wholeMsLeft, withoutNoise } from '../time-noise.ts';
import type { Algorithm } from './algorithm.ts';
import { ceilMs, noiseOf } from './gcra.ts';

/**
 * A bucket that grows all the time: `first` is when it was written, `second` the tokens then, `third` how many
 * milliseconds later it was to be full.
 * A charge is marked by the time from which there is nothing to give back.
 */
export function bucket(slots: Slots): Algorithm<BucketRule> {
  /** Noise of a trillionth is not waited for. */
  const isFull = (slot: number, now: number) =>
    (now - (slots.first[slot] as number)) * (1 + 1e-12) >= (slots.third[slot] as number);

  function tokens(slot: number, rule: BucketRule, now: number): number {
    const capacity = capacityOf(rule);
    if (slot < 0 || isFull(slot, now)) return capacity;
    const gained = ((now - (slots.first[slot] as number)) * rule.limit) / rule.windowMs;
    return Math.min(capacity, (slots.second[slot] as number) + Math.max(0, gained));
  }

  function write(slot: number, rule: BucketRule, left: number, now: number): void {
    // A clock that went back leaves the time of the state where it was.
    const at = Math.max(now, slots.first[slot] as number);
    slots.first[slot] = at;
    slots.second[slot] = left;
    slots.third[slot] = ((capacityOf(rule) - left) * rule.windowMs) / rule.limit;
  }

  return {
    judge(slot, rule, cost, now, verdict) {
      if (rule.limit === 0) return verdict.set(false, 0, 0, Number.POSITIVE_INFINITY);
      const unitMs = rule.windowMs / rule.limit;
      const capacity = capacityOf(rule);
      const noise = noiseOf(unitMs);
      const held = tokens(slot, rule, now);
      const lackMs = (cost - held) * unitMs - noise;
      const allowed = cost <= capacity && lackMs <= 0;
      const left = allowed ? held - cost : held;
      const retry = cost > capacity ? Number.POSITIVE_INFINITY : Math.ceil(lackMs);
      const reset = ceilMs((capacity - left) * unitMs - noise);
      verdict.set(allowed, wholeTokens(left + noise / unitMs, capacity), reset, retry);
      verdict.next = left;
      verdict.mark = now + capacity * unitMs;
    },

    charge(slot, rule, _cost, now, verdict) {
      write(slot, rule, verdict.next, now);
    },

    add(slot, rule, by, now) {
      if (rule.limit === 0) return 0;
      const unitMs = rule.windowMs / rule.limit;
      const held = tokens(slot, rule, now);
      const room = Math.floor(held + capacityOf(rule) + noiseOf(unitMs) / unitMs);
      const added = Math.max(0, Math.min(by, room));
      write(slot, rule, held - added, now);
      return added;
    },

    giveBack(slot, rule, units, now, overAt) {
      if (rule.limit === 0) return 0;
      const capacity = capacityOf(rule);
      const held = tokens(slot, rule, now);
      if (withoutNoise(capacity - held) === 0 || wholeMsLeft(overAt - now) === 0) return 0;
      write(slot, rule, Math.min(capacity, held + units), now);
      return units;
    },

    lastsMs: (slot, now) =>
      isFull(slot, now) ? 0 : (slots.third[slot] as number) - (now - (slots.first[slot] as number)),
  };
}

/** From 0 to the capacity. */
function wholeTokens(tokens: number, capacity: number): number {
  return Math.max(0, Math.min(capacity, Math.floor(tokens)));
}
