import type { OutcomeCounts } from '../window/outcome-window.ts';
import type { BreakerSettings } from './breaker-settings.ts';

/**
 * One half-open period: its permits and what its probes showed. There are never more outcomes than permits, so counts
 * are window enough.
 */
export class HalfOpenTrial implements OutcomeCounts {
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

  record(_now: number, failed: boolean, slow: boolean): void {
    this.calls++;
    if (failed) this.failures++;
    if (slow) this.slow++;
    if (failed && slow) this.slowFailures++;
  }

  /** Does nothing: a trial ends as a whole. */
  advance(): void {}

  /** What it ends in when its time runs out: by what was recorded, and open when nothing was. */
  passesAtEnd({ halfOpen: { onMaxWait }, failureRate, slowRate }: BreakerSettings): boolean {
    if (onMaxWait !== 'decide') return onMaxWait === 'closed';
    return this.calls > 0 && this.failures / this.calls < failureRate && this.slow / this.calls < slowRate;
  }

  /** The same trial from the beginning, for calls of a new generation. */
  restarted(): HalfOpenTrial {
    return new HalfOpenTrial(this.capacity, this.endsAt);
  }
}
