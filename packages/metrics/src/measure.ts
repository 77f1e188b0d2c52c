/** How a call ended. */
export type Outcome = 'ok' | 'error';

/**
 * Runs `fn` and says once how it ended, when it has settled. What comes back is what `fn` returned, the same promise included.
 */
export function measure<T>(fn: () => T, settled: (outcome: Outcome) => void): T {
  let result: T;
  try {
    result = fn();
  } catch (error) {
    settled('error');
    throw error;
  }
  if (!isThenable(result)) {
    settled('ok');
    return result;
  }
  watch(result, settled);
  return result;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (value as PromiseLike<unknown> | null)?.then === 'function'
  );
}

function watch(thenable: PromiseLike<unknown>, settled: (outcome: Outcome) => void): void {
  let isOver = false;
  const end = (outcome: Outcome) => {
    // A thenable of somebody else may call both, or twice.
    if (isOver) return;
    isOver = true;
    settled(outcome);
  };
  thenable.then(
    () => end('ok'),
    () => end('error'),
  );
}
