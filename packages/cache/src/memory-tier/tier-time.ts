import type { Clock } from '@xc/core';

/** The clock of the tier: microseconds that never go back, and milliseconds for what expires. */
export class TierTime {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get ms(): number {
    return this.#clock.monotonic();
  }

  get micros(): bigint {
    return BigInt(Math.floor(this.#clock.now() * 1_000));
  }

  /** A version above one there is, and at least the time. */
  after(version: bigint): bigint {
    const { micros } = this;
    return micros > version ? micros : version + 1n;
  }
}
