import type { Rate } from '../queue/rate.ts';

/**
 * The generic cell rate algorithm (ITU-T I.371) on a theoretical arrival time that the caller keeps. Of `max` per `perMs` with a
 * burst, no window of `perMs` sees more than `max + burst - 1`.
 */
export class Gcra {
  readonly #intervalMs: number;
  readonly #toleranceMs: number;

  constructor(rate: Rate) {
    this.#intervalMs = rate.perMs / rate.max;
    this.#toleranceMs = ((rate.burst ?? 1) - 1) * this.#intervalMs;
  }

  /** From when on the next one may start. */
  nextAt(arrival: number): number {
    return arrival - this.#toleranceMs;
  }

  /** How many may start at `now`, at most `most`. */
  room(arrival: number, now: number, most: number): number {
    const free = now - this.nextAt(arrival);
    if (free < 0) return 0;
    // What was not used long ago is lost: the arrival never lies before now.
    const usable = Math.min(free, this.#toleranceMs);
    return Math.min(most, 1 + Math.floor(usable / this.#intervalMs));
  }

  /** The arrival time after `count` starts at `now`. */
  after(arrival: number, now: number, count: number): number {
    return Math.max(arrival, now) + count * this.#intervalMs;
  }
}
