import { capacityOf } from '../../limits/capacity.ts';
import type { GcraRule } from '../../limits/limit-rule.ts';
import type { Slots } from '../slots.ts';
import { wholeMsLeft } from '../time-noise.ts';
import type { Verdict } from '../verdict.ts';
import type { Algorithm } from './algorithm.ts';

/**
 * GCRA. Kept is not the theoretical arrival time but how far it was ahead (`second`, ms) of the last charge (`first`): the
 * difference of two close times is exact whatever the origin of the clock, and a debt of microseconds is not lost beside it.
 *
 * A charge is marked by the time from which there is nothing to give back: when the capacity would have come back from nothing.
 */
export class Gcra implements Algorithm<GcraRule> {
  readonly #slots: Slots;
  /** What the numbers below follow from. */
  #rule: GcraRule | undefined;
  #unitMs = 0;
  #capacity = 0;
  #noise = 0;
  #fullMs = 0;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  judge(slot: number, rule: GcraRule, cost: number, now: number, verdict: Verdict): void {
    if (rule.limit === 0) {
      verdict.set(false, 0, 0, Number.POSITIVE_INFINITY);
      return;
    }
    if (rule !== this.#rule) this.#learn(rule);
    const unitMs = this.#unitMs;
    const capacity = this.#capacity;
    const noise = this.#noise;
    const before = this.#owed(slot, now);
    const after = before + cost * unitMs;
    const tolerance = this.#fullMs + noise;
    const allowed = cost <= capacity && after <= tolerance;
    const owedMs = allowed ? after : before;
    const retry = cost > capacity ? Number.POSITIVE_INFINITY : Math.ceil(after - tolerance);
    verdict.set(allowed, wholeUnits(tolerance - owedMs, unitMs), ceilMs(owedMs - noise), retry);
    verdict.next = after;
    verdict.mark = now + this.#fullMs;
  }

  charge(slot: number, _rule: GcraRule, _cost: number, now: number, verdict: Verdict): void {
    this.#write(slot, verdict.next, now);
  }

  add(slot: number, rule: GcraRule, by: number, now: number): number {
    if (rule.limit === 0) return 0;
    const unitMs = rule.windowMs / rule.limit;
    const owedMs = this.#owed(slot, now);
    const room = Math.floor((2 * capacityOf(rule) * unitMs - owedMs + noiseOf(unitMs)) / unitMs);
    const added = Math.max(0, Math.min(by, room));
    if (added > 0) this.#write(slot, owedMs + added * unitMs, now);
    return added;
  }

  giveBack(slot: number, rule: GcraRule, units: number, now: number, overAt: number, limit: number): number {
    const owedMs = this.#owed(slot, now);
    if (rule.limit === 0 || owedMs === 0 || wholeMsLeft(overAt - now) === 0) return 0;
    this.#write(slot, Math.max(0, owedMs - (units * rule.windowMs) / limit), now);
    return units;
  }

  lastsMs(slot: number, now: number): number {
    const { first, second } = this.#slots;
    return (second[slot] as number) - (now - (first[slot] as number));
  }

  #learn(rule: GcraRule): void {
    this.#rule = rule;
    this.#unitMs = rule.windowMs / rule.limit;
    this.#capacity = capacityOf(rule);
    this.#noise = noiseOf(this.#unitMs);
    this.#fullMs = this.#capacity * this.#unitMs;
  }

  /** Milliseconds that the arrival time is ahead of now. */
  #owed(slot: number, now: number): number {
    return slot < 0 ? 0 : Math.max(0, this.lastsMs(slot, now));
  }

  #write(slot: number, owedMs: number, now: number): void {
    this.#slots.first[slot] = now;
    this.#slots.second[slot] = owedMs;
  }
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
