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
    else if (first && this.#windowMs > 0) this.#clock.after(this.#windowMs, () => this.#flush());
    else if (first) process.nextTick(() => this.#flush());
    return load.value;
  }

  #flush(): void {
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
