import type { Random } from '../random.ts';

/** The same numbers for the same seed (mulberry32). Good enough to spread things, far from good enough for a secret. */
export class SeededRandom implements Random {
  #state: number;

  /** @param seed - An integer, of which the lower 32 bits count. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new TypeError(`seed must be an integer, got ${seed}`);
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
}
