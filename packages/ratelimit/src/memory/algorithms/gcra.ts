import { capacityOf } from '../../limits/capacity.ts';
import type { GcraRule } from '../../limits/limit-rule.ts';
import type { Slots } from '../slots.ts';
import { wholeMsLeft, withoutNoise } from '../time-noise.ts';
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
  #terms: Terms | undefined;

  constructor(slots: Slots) {
    this.#slots = slots;
  }

  judge(slot: number, rule: GcraRule, cost: number, now: number, verdict: Verdict): void {
    if (rule.limit === 0) {
      verdict.set(false, 0, 0, Number.POSITIVE_INFINITY);
      return;
    }
    let terms = this.#terms;
    if (terms?.rule !== rule) {
      terms = termsOf(rule);
      this.#terms = terms;
    }
    const before = this.#owed(slot, now);
    const after = before + cost * terms.unitMs;
    verdict.next = after;
    verdict.mark = now + terms.fullMs;
    if (after > terms.tolerance || cost > terms.capacity) refuse(terms, cost, before, after, verdict);
    else stand(terms, true, after, 0, verdict);
  }

  charge(slot: number, _rule: GcraRule, _cost: number, now: number, verdict: Verdict): void {
    // Not by `#write`: a number handed on to a function of its own is one more object.
    const slots = this.#slots;
    slots.first[slot] = now;
    slots.second[slot] = verdict.next;
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
    this.#write(slot, withoutNoise(owedMs - (units * rule.windowMs) / limit), now);
    return units;
  }

  lastsMs(slot: number, now: number): number {
    const { first, second } = this.#slots;
    return (second[slot] as number) - (now - (first[slot] as number));
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

/** What follows from a rule. */
interface Terms {
  readonly rule: GcraRule;
  readonly unitMs: number;
  readonly capacity: number;
  readonly noise: number;
  /** Milliseconds in which the whole capacity comes back. */
  readonly fullMs: number;
  /** How far the arrival time may be ahead of now. */
  readonly tolerance: number;
}

function termsOf(rule: GcraRule): Terms {
  const unitMs = rule.windowMs / rule.limit;
  const capacity = capacityOf(rule);
  const noise = noiseOf(unitMs);
  const fullMs = capacity * unitMs;
  return { rule, unitMs, capacity, noise, fullMs, tolerance: fullMs + noise };
}

function refuse(terms: Terms, cost: number, before: number, after: number, verdict: Verdict): void {
  const retry = cost > terms.capacity ? Number.POSITIVE_INFINITY : Math.ceil(after - terms.tolerance);
  stand(terms, false, before, retry, verdict);
}

function stand(terms: Terms, allowed: boolean, owedMs: number, retry: number, verdict: Verdict): void {
  verdict.set(allowed, wholeUnits(terms.tolerance - owedMs, terms.unitMs), ceilMs(owedMs - terms.noise), retry);
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
