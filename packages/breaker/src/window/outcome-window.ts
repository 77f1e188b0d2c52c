import type { Tally } from './tally.ts';

/** Counts of outcomes that take in more. */
export interface OutcomeCounts extends Tally {
  /** Adds an outcome that finished at `now`, monotonic milliseconds. */
  record(now: number, failed: boolean, slow: boolean): void;
  /** Forgets what is too old at `now`. Until it is called the counts stand still. */
  advance(now: number): void;
}

/** The outcomes a closed breaker decides by. Every operation costs the same however many outcomes it holds. */
export interface OutcomeWindow extends OutcomeCounts {
  clear(): void;
}
