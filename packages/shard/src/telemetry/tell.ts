/**
 * Calls what somebody else has handed in to be told something: neither what it throws nor a promise of its that rejects reaches
 * who tells it. An unheard rejection would end the process.
 */
export function tell(listener: () => unknown, failed: (error: unknown) => void = ignored): void {
  try {
    const given = listener();
    if (isThenable(given)) Promise.resolve(given).then(undefined, failed);
  } catch (error) {
    failed(error);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function'
  );
}

function ignored(): void {}
