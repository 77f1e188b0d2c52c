import type { Clock } from '@xc/core';
import type { ResourceOptions } from '../api/resource.ts';
import type { LoadCall } from '../engine/load-call.ts';
import { LoadScope, type LoadScopes } from '../engine/load-scope.ts';

interface Asked<Id, T> {
  readonly id: Id;
  readonly place: string;
  readonly scope: LoadScope | undefined;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
  /** Nobody waits for it any more. */
  left: boolean;
  whenLeft?: (reason: unknown) => void;
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
    return new Promise((resolve, reject) => {
      const first = this.#asked.length === 0;
      const one: Asked<Id, T> = { id, place, scope: this.#scopes.current, resolve, reject, left: false };
      call.whenAborted((reason) => {
        one.left = true;
        reject(reason);
        one.whenLeft?.(reason);
      });
      this.#asked.push(one);
      if (this.#asked.length >= this.#maxSize) this.#flush();
      else if (first && this.#windowMs > 0) this.#clock.after(this.#windowMs, () => this.#flush());
      else if (first) process.nextTick(() => this.#flush());
    });
  }

  #flush(): void {
    // Whoever left before it began is not loaded for.
    const asked = this.#asked.filter(({ left }) => !left);
    this.#asked = [];
    if (asked.length > 0) void this.#loadAll(asked);
  }

  /** Runs for all who asked: it would wait for itself in waiting for any of them. */
  async #loadAll(asked: readonly Asked<Id, T>[]): Promise<void> {
    const scope = new LoadScope(asked.map(({ place }) => place));
    for (const one of asked) if (one.scope !== undefined) scope.waiting.add(one.scope);
    const ids = asked.map(({ id }) => id);
    const controller = new AbortController();
    let wanted = asked.length;
    for (const one of asked) {
      one.whenLeft = (reason) => {
        wanted--;
        if (wanted === 0) controller.abort(reason);
      };
    }
    try {
      const loaded = await this.#scopes.run(scope, async () => this.#load(ids, { signal: controller.signal }));
      const values = aligned(ids, loaded);
      asked.forEach(({ resolve, reject }, index) => {
        const value = values[index];
        if (value instanceof Error) reject(value);
        else resolve(value as T);
      });
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}

/** What was loaded, in the order of what was asked. @throws TypeError for an array of another length, or for neither. */
export function aligned<Id, T>(
  ids: readonly Id[],
  loaded: ReadonlyMap<Id, T> | readonly (T | undefined)[],
): readonly (T | undefined)[] {
  if (Array.isArray(loaded)) {
    if (loaded.length === ids.length) return loaded;
    throw new TypeError(`the loader was asked for ${ids.length} values and gave an array of ${loaded.length}`);
  }
  if (loaded instanceof Map) return ids.map((id) => loaded.get(id));
  throw new TypeError(`the loader must give a Map or an array, got ${loaded === null ? 'null' : typeof loaded}`);
}
