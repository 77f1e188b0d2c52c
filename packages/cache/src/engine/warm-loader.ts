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
 * first element, one of its methods, its text), or hands it to somebody who takes it for one, shows to be a loader of many; that call
 * ends there, and the keys are asked for anew.
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
          const value = await this.#load(handed.context);
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

type Facts = LoadContext<unknown>;

const FACTS = [
  'key',
  'signal',
  'stale',
  'ttl',
  'tags',
  'meta',
  'skip',
  'notModified',
] as const satisfies (keyof Facts)[];

/**
 * The context of a loader of one key, which notices that it is taken for a list. An array to whoever asks, as clients of databases do
 * before they write one down.
 */
class NoList {
  readonly context: Facts;
  usedAsList = false;

  constructor(call: LoadCall) {
    const useAsList = (): never => {
      this.usedAsList = true;
      throw new TypeError('a loader of one key gets a context, not a list of keys');
    };
    const get = (list: object, name: string | symbol): unknown => {
      if (isFact(name)) return call[name];
      if (name === 'length' || name === '0') return useAsList();
      // Methods when called and not when looked at: whoever prints an object looks whether it has an iterator.
      return isOfLists(name) ? useAsList : Reflect.get(list, name);
    };
    const has = (list: object, name: string | symbol): boolean => isFact(name) || Reflect.has(list, name);
    this.context = new Proxy([], { get, has }) as unknown as Facts;
  }
}

function isFact(name: string | symbol): name is (typeof FACTS)[number] {
  return (FACTS as readonly (string | symbol)[]).includes(name);
}

function isOfLists(name: string | symbol): boolean {
  if (name === Symbol.toPrimitive) return true;
  return name !== 'constructor' && typeof Object.getOwnPropertyDescriptor(Array.prototype, name)?.value === 'function';
}
