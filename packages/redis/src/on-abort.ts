const fanKey = Symbol('@xc/redis abort fan');

/**
 * Calls `listener` when `signal` aborts, until the returned function is called. However many calls share a signal, it
 * has one event listener of ours and none when nobody listens: a signal that lives as long as the process would warn
 * of a leak at its eleventh listener, and adding one costs more than the rest of a call.
 */
export function onAbort(signal: AbortSignal & { [fanKey]?: AbortFan }, listener: () => void): () => void {
  const fan = signal[fanKey] ?? openFan(signal);
  fan.add(listener);
  return () => fan.delete(listener);
}

/** The outcome of `promise`, or at once the reason of `signal`. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    const unlisten = onAbort(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(unlisten);
  });
}

function openFan(signal: AbortSignal): AbortFan {
  const fan = new AbortFan(signal);
  Object.defineProperty(signal, fanKey, { value: fan });
  return fan;
}

class AbortFan {
  readonly #signal: AbortSignal;
  readonly #listeners = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(listener: () => void): void {
    if (this.#listeners.size === 0) this.#signal.addEventListener('abort', this.#abort, { once: true });
    this.#listeners.add(listener);
  }

  delete(listener: () => void): void {
    if (this.#listeners.delete(listener) && this.#listeners.size === 0) {
      this.#signal.removeEventListener('abort', this.#abort);
    }
  }

  readonly #abort = (): void => {
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  };
}
