/**
 * Calls listeners when a signal aborts. However many waiters share a signal, it has one event listener of ours, and none when
 * nobody waits: a signal that lives as long as the process would warn of a leak at its eleventh.
 */
export class AbortWatch {
  readonly #listeners = new WeakMap<AbortSignal, Set<() => void>>();

  /** Until the function that it gives is called. */
  on(signal: AbortSignal, listener: () => void): () => void {
    const listeners = this.#listeners.get(signal) ?? this.#open(signal);
    listeners.add(listener);
    return () => {
      if (listeners.delete(listener) && listeners.size === 0) this.#close(signal);
    };
  }

  #open(signal: AbortSignal): Set<() => void> {
    const listeners = new Set<() => void>();
    this.#listeners.set(signal, listeners);
    signal.addEventListener('abort', this.#tell, { once: true });
    return listeners;
  }

  #close(signal: AbortSignal): void {
    this.#listeners.delete(signal);
    signal.removeEventListener('abort', this.#tell);
  }

  readonly #tell = (event: Event): void => {
    const signal = event.target as AbortSignal;
    const listeners = [...(this.#listeners.get(signal) ?? [])];
    this.#listeners.delete(signal);
    for (const listener of listeners) listener();
  };
}
