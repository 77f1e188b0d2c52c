import { AsyncLocalStorage } from 'node:async_hooks';

/** One run of a loader: the places it loads, and the runs that wait for it. */
export class LoadScope {
  readonly places: readonly string[];
  readonly waiting = new Set<LoadScope>();

  constructor(places: readonly string[]) {
    this.places = places;
  }
}

/** Who waits for whom among loaders, so that none waits for itself. */
export class LoadScopes {
  readonly #storage = new AsyncLocalStorage<LoadScope | undefined>();

  /** The loader in which the caller runs. */
  get current(): LoadScope | undefined {
    return this.#storage.getStore();
  }

  run<T>(scope: LoadScope, fn: () => T): T {
    return this.#storage.run(scope, fn);
  }

  /** Runs outside of every loader: what goes on behind a caller's back waits for nobody. */
  exit<T>(fn: () => T): T {
    return this.#storage.run(undefined, fn);
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
}
