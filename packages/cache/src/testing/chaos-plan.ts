import { type Clock, type Random, systemClock, systemRandom } from '@xc/core';
import { checkMethod } from '../options/check-method.ts';
import { checkNames } from '../options/check-names.ts';
import { checkFinite, checkShare } from '../options/check-number.ts';

/** What goes wrong, as shares from 0 to 1. It is read at every call, so that a test may change it while it runs. */
export interface ChaosPlan {
  /** Calls that reject; of those to a tier half have been done all the same. */
  readonly fail?: number;
  /** Messages that do not arrive, of which `gap` is told two heartbeats later; answers of a tier that never come. */
  readonly drop?: number;
  /** What comes `delayMs` late. */
  readonly delay?: number;
  /** @defaultValue 50 */
  readonly delayMs?: number;
  /** What is done, or arrives, twice. */
  readonly duplicate?: number;
  /** What is held back until something later has overtaken it, or for `delayMs`. */
  readonly reorder?: number;
  /** @defaultValue systemRandom */
  readonly random?: Random;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

const RATES = ['fail', 'drop', 'delay', 'duplicate', 'reorder'] as const;

/** Draws from a plan. @throws TypeError or RangeError, naming what cannot be in it. */
export class Chaos {
  readonly #plan: ChaosPlan;

  constructor(plan: ChaosPlan) {
    checkNames('plan', plan, [...RATES, 'delayMs', 'random', 'clock']);
    for (const rate of RATES) if (plan[rate] !== undefined) checkShare(rate, plan[rate], true);
    if (plan.delayMs !== undefined) checkFinite('delayMs', plan.delayMs);
    checkMethod('random', plan.random, 'next');
    checkMethod('clock', plan.clock, 'sleep');
    this.#plan = plan;
  }

  hits(what: (typeof RATES)[number]): boolean {
    const rate = this.#plan[what] ?? 0;
    return rate > 0 && this.draw() < rate;
  }

  draw(): number {
    return (this.#plan.random ?? systemRandom).next();
  }

  get clock(): Clock {
    return this.#plan.clock ?? systemClock;
  }

  get delayMs(): number {
    return this.#plan.delayMs ?? 50;
  }
}
