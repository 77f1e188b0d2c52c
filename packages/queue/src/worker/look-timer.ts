import type { Clock, Random, Timer } from '@xc/core';

const leastMs = 0.5;
const passingMs = 0.1;

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
    const inMs = Math.min(dueInMs === undefined ? Number.POSITIVE_INFINITY : Math.max(dueInMs, leastMs), pollMs);
    this.clear();
    if (inMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.after(wholeMs(inMs, this.#clock.monotonic()), () => {
      this.#timer = undefined;
      this.#look();
    });
  }

  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

/**
 * What to ask of a clock whose timers come round at whole milliseconds of its own, and which waits whole ones: it then fires less than
 * one after `inMs`, where it would be nearly two late for a time between. A little less than a whole one, as time passes until it is asked.
 */
function wholeMs(inMs: number, now: number): number {
  const part = now % 1;
  return part === 0 ? inMs : Math.max(Math.ceil(inMs) - part - passingMs, 0);
}
