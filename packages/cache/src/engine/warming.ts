import type { LoadContext, Loader, ManyLoader } from '../api/loader.ts';
import type { WarmOptions, WarmReport } from '../api/warm.ts';

const MAX_ERRORS = 10;

/** Loads keys with bounded concurrency. `warmOne` says whether it had to load. */
export async function warmAll<Key>(
  keys: readonly Key[],
  warmOne: (key: Key) => Promise<boolean>,
  { concurrency = 8, onProgress }: WarmOptions,
): Promise<WarmReport> {
  const errors: unknown[] = [];
  let [loaded, fresh, failed, done, next] = [0, 0, 0, 0, 0];
  const work = async (): Promise<void> => {
    while (next < keys.length) {
      const key = keys[next++] as Key;
      try {
        if (await warmOne(key)) loaded++;
        else fresh++;
      } catch (error) {
        failed++;
        if (errors.length < MAX_ERRORS) errors.push(error);
      }
      onProgress?.(++done, keys.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, keys.length) }, work));
  return { loaded, fresh, failed, errors };
}

/**
 * A loader of one key, from one of either kind. They cannot be told apart before they run, so a function of one parameter is
 * handed an array of the key that also has everything of a context: whoever takes from it what only a context has is a loader of
 * one.
 */
export function loaderOfOne<T>(load: Loader<T> | ManyLoader<T>): Loader<T> {
  if (load.length === 0) return load as Loader<T>;
  return async (context) => {
    const handed = new KeysOrContext(context as LoadContext<unknown>);
    const answer = await (load as (keys: unknown, context: unknown) => unknown)(handed, { signal: context.signal });
    if (handed.isContext || (load.length === 1 && !isOfMany(answer))) return answer as T;
    return pick(answer as ReadonlyMap<string, T> | readonly (T | undefined)[], context.key) as T;
  };
}

function isOfMany(answer: unknown): boolean {
  return answer instanceof Map || Array.isArray(answer);
}

function pick<T>(answer: ReadonlyMap<string, T> | readonly (T | undefined)[], key: string): T | undefined {
  if (answer instanceof Map) return answer.get(key);
  if (Array.isArray(answer) && answer.length === 1) return answer[0];
  const got = Array.isArray(answer) ? `an array of ${answer.length}` : typeof answer;
  throw new TypeError(`the loader was asked for 1 value and gave ${got}`);
}

class KeysOrContext extends Array<string> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  readonly #context: LoadContext<unknown>;
  isContext = false;

  constructor(context: LoadContext<unknown>) {
    super();
    this.push(context.key);
    this.#context = context;
  }

  get key(): string {
    return this.#of().key;
  }
  get signal(): AbortSignal {
    return this.#of().signal;
  }
  get stale(): LoadContext<unknown>['stale'] {
    return this.#of().stale;
  }
  get ttl(): LoadContext<unknown>['ttl'] {
    return this.#of().ttl;
  }
  get tags(): LoadContext<unknown>['tags'] {
    return this.#of().tags;
  }
  get meta(): LoadContext<unknown>['meta'] {
    return this.#of().meta;
  }
  get skip(): LoadContext<unknown>['skip'] {
    return this.#of().skip;
  }
  get notModified(): LoadContext<unknown>['notModified'] {
    return this.#of().notModified;
  }

  #of(): LoadContext<unknown> {
    this.isContext = true;
    return this.#context;
  }
}
