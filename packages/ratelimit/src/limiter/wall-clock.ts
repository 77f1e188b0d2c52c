import { type Clock, systemClock } from '@xc/core';

/** Milliseconds for which a reading of the wall clock serves. */
const FRESH_MS = 0.005;

/**
 * Epoch milliseconds for whoever has just read the monotonic time. To read both clocks of the machine would be half of the
 * cost of a decision, so decisions that follow each other within microseconds share a reading; other clocks are always read.
 */
export function wallClock(clock: Clock): (monotonic: number) => number {
  if (clock !== systemClock) return () => clock.now();
  let readAt = Number.NEGATIVE_INFINITY;
  let now = 0;
  return (monotonic) => {
    if (monotonic - readAt >= FRESH_MS) {
      readAt = monotonic;
      now = clock.now();
    }
    return now;
  };
}
