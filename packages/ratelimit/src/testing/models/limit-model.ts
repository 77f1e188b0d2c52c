import type { LimitRule } from '../../limits/limit-rule.ts';
import { bucketModel } from './bucket-model.ts';
import { concurrencyModel } from './concurrency-model.ts';
import { gcraModel } from './gcra-model.ts';
import { intervalModel } from './interval-model.ts';
import { logModel } from './log-model.ts';
import { slidingModel } from './sliding-model.ts';
import { windowModel } from './window-model.ts';

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

/**
 * The reference model of the algorithm of a rule, for one key.
 * @param serial - numbers the charges of logs, so that one of a forgotten log is not taken for one of its successor.
 */
export function limitModel(rule: LimitRule, serial: () => number = counter()): LimitModel {
  switch (rule.algorithm) {
    case 'bucket':
      return (rule.refill === 'interval' ? intervalModel() : bucketModel()) as LimitModel;
    case 'sliding':
      return slidingModel() as LimitModel;
    case 'fixed':
    case 'quota':
      return windowModel() as LimitModel;
    case 'log':
      return logModel(serial) as LimitModel;
    case 'concurrency':
      return concurrencyModel() as LimitModel;
    default:
      return gcraModel() as LimitModel;
  }
}

/** 1, 2, 3 and so on. */
export function counter(): () => number {
  let count = 0;
  return () => ++count;
}
