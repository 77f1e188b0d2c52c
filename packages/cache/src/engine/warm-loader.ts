import type { LoadContext, Loader, ManyLoader } from '../api/loader.ts';
import { IdBatcher } from '../resource/id-batcher.ts';
import type { Core } from './core.ts';
import type { LoadCall } from './load-call.ts';

const MOST_KEYS = 100;

/**
 * Loads for `warm`, by a loader of either kind.
 *
 * One that declares two parameters is a loader of many. Any other is called as a loader of one, with all that such a loader ever
 * gets: what it answers then is the value, whatever it is. Only who uses the context as the list that it is not (its length, its
 * first element, one of its methods, its text) shows to be a loader of many; that call ends there, and the keys are asked for anew.
 */
export class WarmLoader {
  readonly #load: Loader<unknown>;
  readonly #batcher: IdBatcher<string, unknown>;
  #many: boolean;

  constructor(core: Core, load: Loader<unknown> | ManyLoader<unknown>) {
    this.#load = load as Loader<unknown>;
    this.#batcher = new IdBatcher(
      load as ManyLoader<unknown> as never,
      { maxSize: MOST_KEYS, windowMs: 0 },
      core.clock,
      core.scopes,
    );
    this.#many = load.length > 1;
  }

  /** How many keys one call takes, as far as is known. */
  get perLoad(): number {
    return this.#many ? MOST_KEYS : 1;
  }

  /** The loader of a key. */
  at(place: string): Loader<unknown> {
    return async (context) => {
      const call = context as LoadCall;
      if (!this.#many) {
        const handed = new NoList(call);
        try {
          const value = await this.#load(handed);
          if (!handed.usedAsList) return value;
        } catch (error) {
          if (!handed.usedAsList) throw error;
        }
        this.#many = true;
      }
      return this.#batcher.load(call.key, place, call);
    };
  }
}

/** The context of a loader of one key, which notices that it is taken for a list. */
class NoList implements LoadContext<unknown> {
  readonly #call: LoadCall;
  usedAsList = false;

  constructor(call: LoadCall) {
    this.#call = call;
  }

  get key(): string {
    return this.#call.key;
  }
  get signal(): AbortSignal {
    return this.#call.signal;
  }
  get stale(): LoadContext<unknown>['stale'] {
    return this.#call.stale;
  }
  get ttl(): LoadContext<unknown>['ttl'] {
    return this.#call.ttl;
  }
  get tags(): LoadContext<unknown>['tags'] {
    return this.#call.tags;
  }
  get meta(): LoadContext<unknown>['meta'] {
    return this.#call.meta;
  }
  get skip(): LoadContext<unknown>['skip'] {
    return this.#call.skip;
  }
  get notModified(): LoadContext<unknown>['notModified'] {
    return this.#call.notModified;
  }

  useAsList(): never {
    this.usedAsList = true;
    throw new TypeError('a loader of one key gets a context, not a list of keys');
  }

  static {
    // Methods when called and not when looked at: whoever prints an object looks whether it has an iterator.
    const value = function (this: NoList): never {
      return this.useAsList();
    };
    for (const name of ['length', '0']) Object.defineProperty(this.prototype, name, { get: value });
    for (const name of [...Reflect.ownKeys(Array.prototype), Symbol.toPrimitive]) {
      if (!(name in this.prototype)) Object.defineProperty(this.prototype, name, { value });
    }
  }
}
