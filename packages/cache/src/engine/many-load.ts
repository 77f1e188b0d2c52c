import type { ManyLoader } from '../api/loader.ts';
import { aligned } from '../resource/id-batcher.ts';
import type { LoadCall } from './load-call.ts';

interface Missing {
  readonly key: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Somebody still waits for it. */
  wanted: boolean;
}

/**
 * One call of a loader of many keys. Every key of the call has a flight of its own; when each of them either has a value or waits
 * for the loader, the loader is asked for those that wait. Its signal aborts when nobody waits for any of them any more.
 */
export class ManyLoad {
  readonly #load: ManyLoader<unknown>;
  readonly #run: <T>(load: () => Promise<T>) => Promise<T>;
  readonly #missing: Missing[] = [];
  readonly #controller = new AbortController();
  #expected: number;
  #wanted = 0;

  /** @param run - Runs the loader where it is known who waits within it. */
  constructor(load: ManyLoader<unknown>, expected: number, run: <T>(load: () => Promise<T>) => Promise<T>) {
    this.#load = load;
    this.#expected = expected;
    this.#run = run;
  }

  /** What the loader gives for a key. */
  valueOf(key: string, call: Pick<LoadCall, 'whenAborted'>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const one: Missing = { key, resolve, reject, wanted: true };
      this.#missing.push(one);
      this.#wanted++;
      call.whenAborted((reason) => this.#leave(one, reason));
      this.#arrived();
    });
  }

  /** A key that does not need the loader. */
  without(): void {
    this.#arrived();
  }

  #arrived(): void {
    this.#expected--;
    if (this.#expected > 0) return;
    // Whoever left before it began is not loaded for.
    const missing = this.#missing.filter(({ wanted }) => wanted);
    if (missing.length > 0) void this.#loadAll(missing);
  }

  #leave(one: Missing, reason: unknown): void {
    one.wanted = false;
    one.reject(reason);
    this.#wanted--;
    if (this.#wanted === 0) this.#controller.abort(reason);
  }

  async #loadAll(missing: readonly Missing[]): Promise<void> {
    const keys = missing.map(({ key }) => key);
    try {
      const { signal } = this.#controller;
      const loaded = await this.#run(async () => this.#load(keys, { signal }));
      const values = aligned(keys, loaded);
      for (const [index, { resolve, reject }] of missing.entries()) {
        const value = values[index];
        if (value instanceof Error) reject(value);
        else resolve(value);
      }
    } catch (error) {
      for (const { reject } of missing) reject(error);
    }
  }
}
