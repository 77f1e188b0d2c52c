import type { ManyLoader } from '../api/loader.ts';
import type { LoadCall } from './load-call.ts';
import { loadTogether, SharedLoad } from './shared-load.ts';

/**
 * One call of a loader of many keys. Every key of the call has a flight of its own; when each of them either has a value or waits
 * for the loader, the loader is asked for those that wait. Its signal aborts when nobody waits for any of them any more.
 */
export class ManyLoad {
  readonly #load: ManyLoader<unknown>;
  readonly #run: <T>(load: () => Promise<T>) => Promise<T>;
  readonly #missing: SharedLoad<string, unknown>[] = [];
  #expected: number;

  /** @param run - Runs the loader where it is known who waits within it. */
  constructor(load: ManyLoader<unknown>, expected: number, run: <T>(load: () => Promise<T>) => Promise<T>) {
    this.#load = load;
    this.#expected = expected;
    this.#run = run;
  }

  /** What the loader gives for a key. */
  valueOf(key: string, call: Pick<LoadCall, 'whenAborted'>): Promise<unknown> {
    const one = new SharedLoad<string, unknown>(key, call);
    this.#missing.push(one);
    this.#arrived();
    return one.value;
  }

  /** A key that does not need the loader. */
  without(): void {
    this.#arrived();
  }

  #arrived(): void {
    this.#expected--;
    if (this.#expected === 0) this.begin();
  }

  /** Asks for those that wait, however many were expected. */
  begin(): void {
    // Whoever left before it began is not loaded for.
    const missing = this.#missing.filter(({ left }) => !left);
    if (missing.length === 0) return;
    void loadTogether(missing, (keys, context) => this.#run(async () => this.#load(keys, context)));
  }
}
