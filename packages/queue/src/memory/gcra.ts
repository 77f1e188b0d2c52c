import type { Rate } from '../queue/rate.ts';

/** Arrival times count from here, so that a double has room for their fractions. */
const EPOCH = 1_700_000_000_000;

/**
 * The generic cell rate algorithm (ITU-T I.371) on a theoretical arrival time that the caller keeps. Of `max` per `perMs` with a
 * burst, no window of `perMs` sees more than `max + burst - 1`. It counts in whole numbers of 1 / `max` ms: fractions would add up.
 */
export class Gcra {
  /** The arrival time of whoever has not started yet. */
  static readonly none = Number.NEGATIVE_INFINITY;
  readonly #max: number;
  readonly #perMs: number;
  readonly #tolerance: number;

  constructor({ max, perMs, burst = 1 }: Rate) {
    this.#max = max;
    this.#perMs = perMs;
    this.#tolerance = (burst - 1) * perMs;
  }

  /** Whole epoch ms from when on the next one may start. */
  nextAt(arrival: number): number {
    return EPOCH + Math.ceil((this.#whole(arrival) - this.#tolerance) / this.#max);
  }

  /** Epoch ms from when on it is as if nothing had ever started, whatever the rate. */
  static overAt(arrival: number): number {
    return EPOCH + arrival;
  }

  /** What an arrival time of another rate counts as: none lies further ahead than that of a whole burst that has just started. */
  adopted(arrival: number, now: number): number {
    return Math.min(arrival, ((now - EPOCH) * this.#max + this.#tolerance + this.#perMs) / this.#max);
  }

  /** How many may start at `now`, at most `most`. */
  room(arrival: number, now: number, most: number): number {
    const ahead = this.#from(arrival, now) - (now - EPOCH) * this.#max;
    return Math.max(0, Math.min(most, 1 + Math.floor((this.#tolerance - ahead) / this.#perMs)));
  }

  /** The arrival time after `count` starts at `now`. In ms, so that it holds under another rate. */
  after(arrival: number, now: number, count: number): number {
    return (this.#from(arrival, now) + count * this.#perMs) / this.#max;
  }

  /** What was not used long ago is lost: it never lies before now. */
  #from(arrival: number, now: number): number {
    return Math.max(this.#whole(arrival), (now - EPOCH) * this.#max);
  }

  #whole(arrival: number): number {
    return Math.floor(arrival * this.#max + 0.5);
  }
}
