import type { Clock } from '@xc/core';

/** What reads something before each scrape. */
export type Collect = (signal: AbortSignal) => void | PromiseLike<void>;

/** How collectors are run, and who hears of those that fail. */
export interface CollectorsOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  failed(name: string, error: unknown): void;
}

/** Runs all collectors at once, and waits for none longer than its time. */
export class Collectors {
  readonly #options: CollectorsOptions;
  readonly #entries = new Set<{ readonly name: string; readonly collect: Collect }>();

  constructor(options: CollectorsOptions) {
    this.#options = options;
  }

  add(name: string, collect: Collect): { cancel(): void } {
    if (typeof collect !== 'function') throw new TypeError(`fn must be a function, got ${typeof collect}`);
    const entry = { name, collect };
    this.#entries.add(entry);
    return { cancel: () => void this.#entries.delete(entry) };
  }

  /** Resolves when each has settled or has run out of time; never rejects. `signal` tells all of them to stop. */
  async run(signal?: AbortSignal): Promise<void> {
    await Promise.all([...this.#entries].map(({ name, collect }) => this.one(name, collect, signal)));
  }

  /** Runs something as a collector, once. */
  one(name: string, collect: Collect, outer: AbortSignal | undefined): Promise<void> {
    const { clock, timeoutMs, failed } = this.#options;
    return new Promise((resolve) => {
      const controller = new AbortController();
      let over = false;
      const end = () => {
        if (over) return false;
        over = true;
        timer.cancel();
        outer?.removeEventListener('abort', abandon);
        resolve();
        return true;
      };
      const fail = (error: unknown) => {
        if (end()) failed(name, error);
      };
      const abandon = () => {
        if (end()) controller.abort(outer?.reason);
      };
      const timer = clock.after(timeoutMs, () => {
        const error = new Error(`collector ${name} took longer than ${timeoutMs} ms`);
        fail(error);
        controller.abort(error);
      });
      outer?.addEventListener('abort', abandon, { once: true });
      try {
        const collecting = collect(controller.signal);
        if (isThenable(collecting)) collecting.then(end, fail);
        else end();
      } catch (error) {
        fail(error);
      }
    });
  }
}

function isThenable(value: unknown): value is PromiseLike<void> {
  return typeof (value as PromiseLike<void> | undefined)?.then === 'function';
}
