import type { Clock } from '@xc/core';

/** The clock of the tier: versions that are microseconds and never come twice, and milliseconds for what expires. */
export class TierTime {
  readonly #clock: Clock;
  #last = 0n;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get ms(): number {
    return this.#clock.monotonic();
  }

  get micros(): bigint {
    return BigInt(Math.floor(this.#clock.now() * 1_000));
  }

  /** A version above this one and above all that were given, and at least the time. */
  after(version: bigint): bigint {
    const above = version > this.#last ? version : this.#last;
    const { micros } = this;
    this.#last = micros > above ? micros : above + 1n;
    return this.#last;
  }
}
