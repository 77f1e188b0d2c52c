interface Waiting {
  readonly calls: Set<() => void>;
  readonly hear: () => void;
}

/**
 * One listener on each signal, however many wait for it: a request hands its signal to many calls, and the runtime warns of a leak
 * where a signal has many listeners.
 */
export class AbortWatch {
  readonly #waiting = new WeakMap<AbortSignal, Waiting>();

  /** Calls back when the signal aborts. Returns what ends that; with the last one the listener goes. */
  on(signal: AbortSignal, call: () => void): () => void {
    const { calls, hear } = this.#waiting.get(signal) ?? this.#listen(signal);
    calls.add(call);
    return () => {
      calls.delete(call);
      if (calls.size > 0 || this.#waiting.get(signal)?.calls !== calls) return;
      this.#end(signal, hear);
    };
  }

  #listen(signal: AbortSignal): Waiting {
    const calls = new Set<() => void>();
    const hear = (): void => {
      this.#end(signal, hear);
      for (const call of calls) call();
    };
    const waiting = { calls, hear };
    this.#waiting.set(signal, waiting);
    signal.addEventListener('abort', hear);
    return waiting;
  }

  #end(signal: AbortSignal, hear: () => void): void {
    this.#waiting.delete(signal);
    signal.removeEventListener('abort', hear);
  }
}
