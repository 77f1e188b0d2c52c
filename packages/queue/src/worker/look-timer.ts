import type { Clock, Random, Timer } from '@xc/core';

// The clock fires at its time or a little later; the engine's time and this one's may differ in the fraction.
const slackMs = 0.5;

/** When a worker looks again without being asked to: at the time that the engine named, and now and then for pushes that were lost. */
export class LookTimer {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #pollMs: number | undefined;
  readonly #look: () => void;
  #timer: Timer | undefined;

  /** @param pollMs - `undefined`: pushes are never lost. */
  constructor(clock: Clock, random: Random, pollMs: number | undefined, look: () => void) {
    this.#clock = clock;
    this.#random = random;
    this.#pollMs = pollMs;
    this.#look = look;
  }

  /** @param dueInMs - From now, or `undefined`: nothing is due. */
  set(dueInMs: number | undefined): void {
    // Workers that fell idle together do not look together.
    const pollMs =
      this.#pollMs === undefined ? Number.POSITIVE_INFINITY : this.#pollMs * (0.75 + this.#random.next() / 2);
    const inMs = Math.min(dueInMs === undefined ? Number.POSITIVE_INFINITY : Math.max(dueInMs, slackMs), pollMs);
    this.clear();
    if (inMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.after(inMs, () => {
      this.#timer = undefined;
      this.#look();
    });
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
