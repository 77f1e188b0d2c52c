/** Where somebody was; formatted when `stack` is read. */
export interface Trace {
  readonly stack?: string;
}

/** Captures where the caller of `boundary` was; captured cheaply, formatted when read. */
export function stackAbove(boundary: (...args: never[]) => unknown): Trace {
  const trace: { stack?: string } = {};
  Error.captureStackTrace(trace, boundary);
  return trace;
}

/** The frames alone, without the line that names the error. */
export function framesOf(trace: Trace | undefined): string | undefined {
  const stack = trace?.stack;
  if (stack === undefined) return undefined;
  return stack.slice(stack.indexOf('\n') + 1);
}
