import { CountWindow } from './count-window.ts';
import type { OutcomeWindow } from './outcome-window.ts';
import { TimeWindow } from './time-window.ts';

/** The last `size` outcomes. */
export interface CountWindowOptions {
  readonly type: 'count';
  /** A positive integer. */
  readonly size: number;
}

/** The outcomes of the last `lengthMs`, forgotten one bucket at a time. */
export interface TimeWindowOptions {
  readonly type: 'time';
  /** Milliseconds, at least one for each bucket. */
  readonly lengthMs: number;
  /** @defaultValue 10 */
  readonly buckets?: number;
}

/** How much of the past a breaker judges by: so many calls, or so much time. */
export type WindowOptions = CountWindowOptions | TimeWindowOptions;

/** An empty window whose time begins at `now`. */
export function createWindow(options: CountWindowOptions | Required<TimeWindowOptions>, now: number): OutcomeWindow {
  return options.type === 'count'
    ? new CountWindow(options.size)
    : new TimeWindow(options.lengthMs, options.buckets, now);
}
