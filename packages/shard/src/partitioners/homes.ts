import type { Clock } from '@xc/core';

/** Tells the homes of those keys that have one of their own. */
export type HomeLookup = (keys: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, number>>;

/** What a directory said of a key: its home, or that it has none of its own. */
interface Known {
  readonly home: number | undefined;
  readonly until: number;
}

/** Keys that are asked for together. */
interface Batch {
  readonly keys: string[];
  readonly answer: Promise<ReadonlyMap<string, number>>;
  readonly controller: AbortController;
  waiting: number;
}

/** Homes of keys: asked for by the turn of the event loop, one key never twice at a time, and remembered for a while. */
export class Homes {
  readonly #lookup: HomeLookup;
  readonly #bounds: { readonly size: number; readonly ttlMs: number; readonly clock: Clock };
  /** Those used last come last. */
  readonly #known = new Map<string, Known>();
  readonly #asked = new Map<string, Batch>();
  #open: Batch | undefined;

  constructor(lookup: HomeLookup, bounds: { readonly size: number; readonly ttlMs: number; readonly clock: Clock }) {
    this.#lookup = lookup;
    this.#bounds = bounds;
  }

  /** What is remembered of a key. */
  known(key: string): Known | undefined {
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    this.#known.delete(key);
    if (known.until <= this.#bounds.clock.monotonic()) return undefined;
    this.#known.set(key, known);
    return known;
  }

  /** The homes of keys, `undefined` for those without; in their order. */
  async of(keys: readonly string[], signal: AbortSignal): Promise<readonly (number | undefined)[]> {
    signal.throwIfAborted();
    const found = new Map<string, number | undefined>();
    const batches = new Set<Batch>();
    for (const key of keys) {
      const known = this.known(key);
      if (known !== undefined) found.set(key, known.home);
      else batches.add(this.#ask(key));
    }
    const answers = await Promise.all([...batches].map((batch) => settled(batch, signal)));
    return keys.map((key) => {
      if (found.has(key)) return found.get(key);
      return answers.find((answer) => answer.has(key))?.get(key);
    });
  }

  #ask(key: string): Batch {
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked;
    this.#open ??= this.#begin();
    this.#open.keys.push(key);
    this.#asked.set(key, this.#open);
    return this.#open;
  }

  #begin(): Batch {
    const controller = new AbortController();
    const keys: string[] = [];
    // Whoever asks in the same turn comes along.
    const answer = Promise.resolve().then(() => this.#send(keys, controller.signal));
    answer.catch(() => undefined);
    return { keys, answer, controller, waiting: 0 };
  }

  async #send(keys: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    this.#open = undefined;
    try {
      const homes = await this.#lookup(keys, signal);
      const until = this.#bounds.clock.monotonic() + this.#bounds.ttlMs;
      for (const key of keys) this.#remember(key, { home: homes.get(key), until });
      return homes;
    } finally {
      for (const key of keys) this.#asked.delete(key);
    }
  }

  #remember(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > this.#bounds.size && oldest !== undefined) this.#known.delete(oldest);
  }
}

/** The answer, or the reason of the signal; the look-up is given up with the last who waits for it. */
function settled(batch: Batch, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  batch.waiting += 1;
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      batch.waiting -= 1;
      if (batch.waiting === 0) batch.controller.abort(signal.reason);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    const done = (): void => signal.removeEventListener('abort', leave);
    batch.answer.finally(done).then(resolve, reject);
  });
}
