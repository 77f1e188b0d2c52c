import { type Clock, type HistogramCell, systemClock } from '@xc/core';
import { measure } from './measure.ts';

/** Options of `timed`. */
export interface TimedOptions {
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/**
 * Runs `fn`, records its seconds until it settles, and passes its result or its error on. A promise is measured until it settles,
 * and is the one that comes back; in the place of anything else with a `then` comes a promise. A throw is recorded as well.
 */
export function timed<T>(cell: HistogramCell, fn: () => T, options: TimedOptions = {}): T {
  const { clock = systemClock } = options;
  const startedAt = clock.monotonic();
  return measure(fn, () => cell.record((clock.monotonic() - startedAt) / 1_000));
}
