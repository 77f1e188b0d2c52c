/** Who wants to know of the abort of a signal. */
export interface Abortable {
  /** The signal aborted; whoever is told is not watched any more. */
  aborted(): void;
}

/**
 * One listener a signal, however many borrowers share it: a listener each would cost a look at all of them, and a warning of
 * Node from the eleventh on.
 */
export class AbortWatch {
  readonly #bySignal = new Map<AbortSignal, Watched>();

  add(signal: AbortSignal, abortable: Abortable): void {
    const known = this.#bySignal.get(signal);
    if (known !== undefined) {
      known.all.add(abortable);
      return;
    }
    const watched = new Watched(this, signal, abortable);
    this.#bySignal.set(signal, watched);
    signal.addEventListener('abort', watched, { once: true });
  }

  /** Harmless for one that is not watched. */
  drop(signal: AbortSignal, abortable: Abortable): void {
    const watched = this.#bySignal.get(signal);
    if (watched === undefined || !watched.all.delete(abortable) || watched.all.size > 0) return;
    signal.removeEventListener('abort', watched);
    this.forget(signal);
  }

  forget(signal: AbortSignal): void {
    this.#bySignal.delete(signal);
  }
}

/** The listener of one signal. */
class Watched {
  readonly all: Set<Abortable>;
  readonly #watch: AbortWatch;
  readonly #signal: AbortSignal;

  constructor(watch: AbortWatch, signal: AbortSignal, first: Abortable) {
    this.#watch = watch;
    this.#signal = signal;
    this.all = new Set([first]);
  }

  handleEvent(): void {
    this.#watch.forget(this.#signal);
    for (const abortable of this.all) abortable.aborted();
  }
}
