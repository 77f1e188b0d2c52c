import { type Clock, type Random, systemClock, systemRandom } from '@xc/core';

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

/** Draws from a plan. */
export class Chaos {
  readonly #plan: ChaosPlan;

  constructor(plan: ChaosPlan) {
    this.#plan = plan;
  }

  hits(what: 'fail' | 'drop' | 'delay' | 'duplicate' | 'reorder'): boolean {
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
