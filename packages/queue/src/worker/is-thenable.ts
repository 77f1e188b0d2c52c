/** Whether a value is to be awaited. One whose `then` cannot be read is a value like any other: what cannot be done with it shows later. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function';
  } catch {
    return false;
  }
}
