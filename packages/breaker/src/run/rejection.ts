const settled = Promise.resolve();

/**
 * A promise that rejects with `error` in this turn, a moment after its caller could take hold of it. Node keeps books on
 * every promise that rejects while nobody listens, and that costs several times the promise.
 */
export function rejection(error: unknown): Promise<never> {
  return new Promise((_, reject) => {
    settled.then(() => reject(error));
  });
}
