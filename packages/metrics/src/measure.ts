/** How a call ended. */
export type Outcome = 'ok' | 'error';

/**
 * Runs `fn` and says once how it ended, when it has settled. What `fn` returned is passed on, the same promise included. In the
 * place of any other thenable comes a promise of what it settles to: queries of some drivers run each time that `then` is called.
 */
export function measure<T>(fn: () => T, settled: (outcome: Outcome) => void): T {
  let result: T;
  try {
    result = fn();
  } catch (error) {
    settled('error');
    throw error;
  }
  if (result instanceof Promise) {
    result.then(
      () => settled('ok'),
      () => settled('error'),
    );
    return result;
  }
  if (isThenable(result)) return settledOnce(result, settled) as T;
  settled('ok');
  return result;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  const mayBe = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return mayBe && typeof (value as Partial<PromiseLike<unknown>>).then === 'function';
}

async function settledOnce(thenable: PromiseLike<unknown>, settled: (outcome: Outcome) => void): Promise<unknown> {
  try {
    const value = await thenable;
    settled('ok');
    return value;
  } catch (error) {
    settled('error');
    throw error;
  }
}
