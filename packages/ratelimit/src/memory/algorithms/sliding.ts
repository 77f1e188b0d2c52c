import type { SlidingRule } from '../../limits/limit-rule.ts';
import type { Slots } from '../slots.ts';
import { wholeMsLeft } from '../time-noise.ts';
import type { Verdict } from '../verdict.ts';
import type { Algorithm } from './algorithm.ts';

/** What the counting rules forgive of a unit. */
const NOISE = 1e-9;

/**
 * Two window counters: `first` is the start of the window last charged, `second` its count, `third` that of the one before.
 * A charge is marked by the start of its window.
 */
export function sliding(slots: Slots, { windowMs }: SlidingRule): Algorithm<SlidingRule> {
  let start = 0;
  let elapsed = 0;
  let current = 0;
  let previous = 0;

  /** Turns the counters to the window of now; they are read before anybody else can ask. */
  function turn(slot: number, now: number): void {
    start = Math.floor(now / windowMs) * windowMs;
    elapsed = now - start;
    current = 0;
    previous = 0;
    if (slot < 0) return;
    const written = slots.first[slot] as number;
    // Of a clock that went back: the counts stay, and time stands still until it catches up.
    if (written > start) {
      elapsed = now - written;
      start = written;
    }
    if (written === start) {
      current = slots.second[slot] as number;
      previous = slots.third[slot] as number;
    } else if (written === start - windowMs) previous = slots.second[slot] as number;
  }

  function write(slot: number): void {
    slots.first[slot] = start;
    slots.second[slot] = current;
    slots.third[slot] = previous;
  }

  const estimate = () => (previous * (windowMs - Math.max(0, elapsed))) / windowMs + current;

  function stand(rule: SlidingRule, verdict: Verdict): void {
    verdict.remaining = Math.max(0, Math.floor(rule.limit - estimate() + NOISE));
    const lasting = current > 0 ? 2 * windowMs : previous > 0 ? windowMs : 0;
    verdict.resetAfterMs = lasting === 0 ? 0 : wholeMsLeft(lasting - elapsed);
  }

  /** When the weighted count has come down to what the cost leaves of the limit. */
  function retryAfter({ limit }: SlidingRule, cost: number): number {
    const room = limit + NOISE - cost;
    const ms =
      current + cost <= limit
        ? windowMs * (1 - (room - current) / previous) - elapsed
        : windowMs - elapsed + windowMs * (1 - room / current);
    return Math.max(1, wholeMsLeft(ms));
  }

  return {
    judge(slot, rule, cost, now, verdict) {
      turn(slot, now);
      const never = rule.limit === 0 || cost > rule.limit;
      const allowed = !never && estimate() + cost <= rule.limit + NOISE;
      const retry = never ? Number.POSITIVE_INFINITY : allowed ? 0 : retryAfter(rule, cost);
      if (allowed) current += cost;
      verdict.set(allowed, 0, 0, retry);
      stand(rule, verdict);
    },

    charge(slot, _rule, cost, now, verdict) {
      turn(slot, now);
      current += cost;
      write(slot);
      verdict.mark = start;
    },

    add(slot, rule, by, now) {
      turn(slot, now);
      const room = Math.floor(2 * rule.limit - estimate() + NOISE);
      const added = Math.max(0, Math.min(by, room));
      current += added;
      if (added > 0) write(slot);
      return added;
    },

    giveBack(slot, _rule, units, now, window) {
      turn(slot, now);
      let given = 0;
      if (window === start) {
        given = Math.min(units, current);
        current -= given;
      } else if (window === start - windowMs) {
        given = Math.min(units, previous);
        previous -= given;
      }
      if (given > 0) write(slot);
      return given;
    },

    lastsMs: (slot, now) => (slots.first[slot] as number) + windowMs * (slots.second[slot] === 0 ? 1 : 2) - now,
  };
}
