import { AsyncLocalStorage } from 'node:async_hooks';

/** One run of a loader: the places it loads, and the runs that wait for it. */
export class LoadScope {
  readonly places: readonly string[];
  readonly waiting = new Set<LoadScope>();

  constructor(places: readonly string[]) {
    this.places = places;
  }
}

/**
 * Who waits for whom among loaders, so that none waits for itself.
 *
 * The runtime follows contexts through every promise of the process, which costs each of them something: it is only asked to
 * while a loader runs.
 */
export class LoadScopes {
  readonly #storage = new AsyncLocalStorage<LoadScope | undefined>();
  #running = 0;
  #closed = false;

  /** Follows nothing any more: a loader that never ends must not cost the process anything once its cache is gone. */
  close(): void {
    this.#closed = true;
    this.#storage.disable();
  }

  /** The loader in which the caller runs. */
  get current(): LoadScope | undefined {
    return this.#isFollowing ? this.#storage.getStore() : undefined;
  }

  async run<T>(scope: LoadScope, fn: () => Promise<T>): Promise<T> {
    if (this.#closed) return await fn();
    this.#running++;
    try {
      return await this.#storage.run(scope, fn);
    } finally {
      this.#running--;
      if (this.#running === 0) this.#storage.disable();
    }
  }

  /** Runs outside of every loader: what goes on behind a caller's back waits for nobody. */
  exit<T>(fn: () => T): T {
    return this.#isFollowing ? this.#storage.run(undefined, fn) : fn();
  }

  /** Whether the loader in which the caller runs would, in waiting for the place, wait for itself. */
  wouldWaitForItself(place: string): boolean {
    const open = new Set<LoadScope>();
    const current = this.current;
    if (current === undefined) return false;
    open.add(current);
    // A set gives what is added to it while it is gone through.
    for (const scope of open) {
      if (scope.places.includes(place)) return true;
      for (const waiting of scope.waiting) open.add(waiting);
    }
    return false;
  }

  get #isFollowing(): boolean {
    return this.#running > 0 && !this.#closed;
  }
}
