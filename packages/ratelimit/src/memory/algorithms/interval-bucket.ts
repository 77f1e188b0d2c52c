import { capacityOf } from '../../limits/capacity.ts';
import type { BucketRule } from '../../limits/limit-rule.ts';
import type { Slots } from '../slots.ts';
import { wholeMsLeft } from '../time-noise.ts';
import type { Algorithm } from './algorithm.ts';

/**
 * A bucket with whole refills: `first` is the time from which the next windows are counted, `second` the tokens then, `third`
 * when it was to be full. A charge is marked as that of the other bucket.
 */
export function intervalBucket(slots: Slots): Algorithm<BucketRule> {
  /** How many whole refills have come. */
  function refills(slot: number, rule: BucketRule, now: number): number {
    const since = now - (slots.first[slot] as number);
    const full = Math.floor(since / rule.windowMs);
    // A window that is over but for noise is over.
    return Math.max(0, wholeMsLeft((full + 1) * rule.windowMs - since) === 0 ? full + 1 : full);
  }

  function isFull(slot: number, rule: BucketRule, now: number): boolean {
    if (slot < 0 || wholeMsLeft((slots.third[slot] as number) - now) === 0) return true;
    return (slots.second[slot] as number) + refills(slot, rule, now) * rule.limit >= capacityOf(rule);
  }

  /** Tokens now, and milliseconds since the time from which the next window is counted. */
  function level(slot: number, rule: BucketRule, now: number): { readonly tokens: number; readonly agoMs: number } {
    if (isFull(slot, rule, now)) return { tokens: capacityOf(rule), agoMs: 0 };
    const count = refills(slot, rule, now);
    return {
      tokens: (slots.second[slot] as number) + count * rule.limit,
      agoMs: now - (slots.first[slot] as number) - count * rule.windowMs,
    };
  }

  function write(slot: number, rule: BucketRule, tokens: number, since: number): void {
    slots.first[slot] = since;
    slots.second[slot] = tokens;
    slots.third[slot] = since + Math.ceil((capacityOf(rule) - tokens) / rule.limit) * rule.windowMs;
  }

  /** Milliseconds until refills have brought `wanted` tokens. */
  function untilMs(wanted: number, tokens: number, agoMs: number, rule: BucketRule): number {
    return tokens >= wanted ? 0 : wholeMsLeft(Math.ceil((wanted - tokens) / rule.limit) * rule.windowMs - agoMs);
  }

  return {
    judge(slot, rule, cost, now, verdict) {
      if (rule.limit === 0) return verdict.set(false, 0, 0, Number.POSITIVE_INFINITY);
      const capacity = capacityOf(rule);
      const { tokens, agoMs } = level(slot, rule, now);
      const allowed = cost <= tokens;
      const left = allowed ? tokens - cost : tokens;
      const retry = cost > capacity ? Number.POSITIVE_INFINITY : untilMs(cost, tokens, agoMs, rule);
      verdict.set(allowed, Math.max(0, left), untilMs(capacity, left, agoMs, rule), retry);
    },

    charge(slot, rule, cost, now, verdict) {
      const { tokens, agoMs } = level(slot, rule, now);
      write(slot, rule, tokens - cost, now - agoMs);
      verdict.mark = now + Math.ceil(capacityOf(rule) / rule.limit) * rule.windowMs;
    },

    add(slot, rule, by, now) {
      if (rule.limit === 0) return 0;
      const { tokens, agoMs } = level(slot, rule, now);
      const added = Math.max(0, Math.min(by, tokens + capacityOf(rule)));
      if (added > 0) write(slot, rule, tokens - added, now - agoMs);
      return added;
    },

    giveBack(slot, rule, units, now, overAt) {
      if (rule.limit === 0) return 0;
      const capacity = capacityOf(rule);
      const { tokens, agoMs } = level(slot, rule, now);
      if (tokens >= capacity || wholeMsLeft(overAt - now) === 0) return 0;
      write(slot, rule, Math.min(capacity, tokens + units), now - agoMs);
      return units;
    },

    lastsMs: (slot, now) => wholeMsLeft((slots.third[slot] as number) - now) && (slots.third[slot] as number) - now,
  };
}
