/** A function and the time that it took. */
export interface HotFunction {
  readonly name: string;
  /** Where it is from: a file's URL or path, `node:...`, or '' for V8 itself. */
  readonly url: string;
  /** Counted from 1; 0 where there is none. */
  readonly line: number;
  /** Time in the function itself, ms. */
  readonly selfMs: number;
  /** Time in it and in what it called, ms. */
  readonly totalMs: number;
  /** Self time as a share of all time that was not idle, 0 to 1. */
  readonly share: number;
}
