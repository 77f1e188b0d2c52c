import type { Clock } from '@xc/core';
import type { ResourceOptions } from '../api/resource.ts';
import type { LoadCall } from '../engine/load-call.ts';
import { LoadScope, type LoadScopes } from '../engine/load-scope.ts';
import { loadTogether, SharedLoad } from '../engine/shared-load.ts';

interface Asked<Id, T> {
  readonly load: SharedLoad<Id, T>;
  readonly place: string;
  readonly scope: LoadScope | undefined;
}

/** Gathers ids that are asked for one by one into calls for many. */
export class IdBatcher<Id, T> {
  readonly #load: NonNullable<ResourceOptions<Id, T>['loadMany']>;
  readonly #maxSize: number;
  readonly #windowMs: number;
  readonly #clock: Clock;
  readonly #scopes: LoadScopes;
  #asked: Asked<Id, T>[] = [];
  #window: AbortController | undefined;

  constructor(
    load: NonNullable<ResourceOptions<Id, T>['loadMany']>,
    batch: { readonly maxSize: number; readonly windowMs: number },
    clock: Clock,
    scopes: LoadScopes,
  ) {
    this.#load = load;
    this.#maxSize = batch.maxSize;
    this.#windowMs = batch.windowMs;
    this.#clock = clock;
    this.#scopes = scopes;
  }

  load(id: Id, place: string, call: Pick<LoadCall, 'whenAborted'>): Promise<T> {
    const first = this.#asked.length === 0;
    const load = new SharedLoad<Id, T>(id, call);
    this.#asked.push({ load, place, scope: this.#scopes.current });
    if (this.#asked.length >= this.#maxSize) this.#flush();
    else if (first && this.#windowMs > 0) this.#gather();
    else if (first) process.nextTick(() => this.#flush());
    return load.value;
  }

  /** Holds the process open: a script that waits for what it asked for must not end before the loader has heard of it. */
  #gather(): void {
    const over = new AbortController();
    this.#window = over;
    this.#clock.sleep(this.#windowMs, over.signal).then(
      () => this.#flush(),
      () => {},
    );
  }

  #flush(): void {
    this.#window?.abort();
    this.#window = undefined;
    // Whoever left before it began is not loaded for.
    const asked = this.#asked.filter(({ load }) => !load.left);
    this.#asked = [];
    if (asked.length > 0) this.#loadAll(asked);
  }

  /** Runs for all who asked: it would wait for itself in waiting for any of them. */
  #loadAll(asked: readonly Asked<Id, T>[]): void {
    const scope = new LoadScope(asked.map(({ place }) => place));
    for (const one of asked) if (one.scope !== undefined) scope.waiting.add(one.scope);
    const loads = asked.map(({ load }) => load);
    void loadTogether(loads, (ids, context) => this.#scopes.run(scope, async () => this.#load(ids, context)));
  }
}
