import type { Tally } from '../window/tally.ts';

/**
 * One half-open period: its permits and what its probes showed. There are never more outcomes than permits, so counts
 * are window enough.
 */
export class HalfOpenTrial implements Tally {
  calls = 0;
  failures = 0;
  slow = 0;
  slowFailures = 0;
  /** As many as there are permits. */
  readonly capacity: number;
  /** Monotonic milliseconds. */
  readonly endsAt: number;
  #left: number;

  constructor(permits: number, endsAt: number) {
    this.capacity = permits;
    this.endsAt = endsAt;
    this.#left = permits;
  }

  /** Probes that may still be sent. */
  get left(): number {
    return this.#left;
  }

  take(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    return true;
  }

  giveBack(): void {
    this.#left++;
  }

  record(failed: boolean, slow: boolean): void {
    this.calls++;
    if (failed) this.failures++;
    if (slow) this.slow++;
    if (failed && slow) this.slowFailures++;
  }
}
