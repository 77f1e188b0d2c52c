import type { LimitRule } from '../../limits/limit-rule.ts';
import type { StepLease } from '../../store/step.ts';
import type { Verdict } from '../verdict.ts';

/** The slot of a key that the store does not know. */
export const NO_SLOT = -1;

/**
 * Reads and writes the state of one kind of limit, in the columns of the slots. Times are monotonic milliseconds. A state that
 * has expired counts as absent, whether it was swept or not.
 */
export interface Algorithm<Rule extends LimitRule = LimitRule> {
  /** What a call would be told: how things stand after it if it is allowed, as they are if not. `slot` may be NO_SLOT. */
  judge(slot: number, rule: Rule, cost: number, now: number, verdict: Verdict): void;
  /** Takes what `judge` has just allowed, and marks the charge. */
  charge(slot: number, rule: Rule, cost: number, now: number, verdict: Verdict, lease?: StepLease): void;
  /** Adds `by` units at the most, up to twice the capacity; how many it added. `slot` exists. */
  add(slot: number, rule: Rule, by: number, now: number): number;
  /** Gives back up to `units` of a charge that was made at `limit`; how many it gave. `slot` exists. */
  giveBack(slot: number, rule: Rule, units: number, now: number, mark: number, limit: number): number;
  /** Milliseconds until the state is no different from none; 0 or less when it is not. */
  lastsMs(slot: number, now: number): number;
  /** Of concurrency: whether the lease was still held. */
  renew?(slot: number, rule: Rule, now: number, lease: StepLease): boolean;
  /** Of concurrency: whether the lease was still held. */
  release?(slot: number, now: number, lease: StepLease): boolean;
}
