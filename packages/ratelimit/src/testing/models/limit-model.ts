import type { LimitRule } from '../../limits/limit-rule.ts';

/** One instant on both clocks, in milliseconds. */
export interface Moment {
  readonly monotonic: number;
  readonly now: number;
}

/** What a limit says about a call. */
export interface ModelVerdict {
  readonly allowed: boolean;
  /** Whole units. */
  readonly remaining: number;
  readonly resetAfterMs: number;
  readonly retryAfterMs: number;
  /** Of a quota. */
  readonly windowMs?: number;
}

/**
 * One key of one limit, as simple as it can be told: exact fractions, plain lists, no thought of speed. The rule comes with
 * every question, since its limit and burst may change between them.
 */
export interface LimitModel<Rule extends LimitRule = LimitRule> {
  /** What a call of that cost would be told now, as far as this limit goes; `remaining` and `resetAfterMs` are of before it. */
  look(rule: Rule, at: Moment, cost: number): ModelVerdict;
  /** Takes `cost` units that `look` allowed, and names the charge. */
  charge(rule: Rule, at: Moment, cost: number, lease?: { readonly id: string; readonly ttlMs?: number }): string;
  /** Remembers how things stand; the function that it gives puts them back. */
  save(): () => void;
  /** Adds `by` units, at most up to twice the capacity, or gives -`by` of that charge back; how many it was. */
  adjust(rule: Rule, at: Moment, charge: string, by: number): number;
  /** Of concurrency: keeps a live lease for longer. */
  renew?(rule: Rule, at: Moment, lease: { readonly id: string; readonly ttlMs?: number }): boolean;
  /** Of concurrency: ends a live lease. */
  release?(rule: Rule, at: Moment, lease: { readonly id: string }): boolean;
}
