/** Deeper than this nobody wraps. */
const DEEPEST = 5;

/** An error, its cause, the cause of that, and so on: query builders wrap the errors of their drivers. */
export function* causesOf(error: unknown): Generator<object> {
  for (let depth = 0, one = error; depth < DEEPEST && typeof one === 'object' && one !== null; depth += 1) {
    yield one;
    one = (one as { readonly cause?: unknown }).cause;
  }
}
