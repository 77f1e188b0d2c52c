import type { ManyLoader } from '../api/loader.ts';
import { aligned } from '../resource/id-batcher.ts';

interface Missing {
  readonly key: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One call of a loader of many keys. Every key of the call has a flight of its own; when each of them either has a value or waits
 * for the loader, the loader is asked for those that wait.
 */
export class ManyLoad {
  readonly #load: ManyLoader<unknown>;
  readonly #missing: Missing[] = [];
  readonly #controller = new AbortController();
  #expected: number;

  constructor(load: ManyLoader<unknown>, expected: number) {
    this.#load = load;
    this.#expected = expected;
  }

  /** What the loader gives for a key. */
  valueOf(key: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#missing.push({ key, resolve, reject });
      this.#arrived();
    });
  }

  /** A key that does not need the loader. */
  without(): void {
    this.#arrived();
  }

  #arrived(): void {
    this.#expected--;
    if (this.#expected === 0 && this.#missing.length > 0) void this.#run(this.#missing);
  }

  async #run(missing: readonly Missing[]): Promise<void> {
    const keys = missing.map(({ key }) => key);
    try {
      const values = aligned(keys, await this.#load(keys, { signal: this.#controller.signal }));
      missing.forEach(({ resolve, reject }, index) => {
        const value = values[index];
        if (value instanceof Error) reject(value);
        else resolve(value);
      });
    } catch (error) {
      for (const { reject } of missing) reject(error);
    }
  }
}
