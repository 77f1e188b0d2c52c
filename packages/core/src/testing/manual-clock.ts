import type { Clock, Timer } from '../clock.ts';

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly everyMs: number | undefined;
  readonly fn: () => void;
}

/** A clock that stands still until told otherwise. Fires timers in order of time, then of creation. */
export class ManualClock implements Clock {
  #epoch: number;
  #elapsed = 0;
  #order = 0;
  readonly #pending = new Set<Pending>();

  /** @param start - Epoch milliseconds that `now()` begins with; `monotonic()` begins with 0. */
  constructor(start = 0) {
    this.#epoch = start;
  }

  /** How many timers and sleeps wait. */
  get pending(): number {
    return this.#pending.size;
  }

  now(): number {
    return this.#epoch;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const abort = () => {
        timer.cancel();
        reject(signal?.reason);
      };
      const timer = this.after(ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  after(ms: number, fn: () => void): Timer {
    return this.#schedule(ms, undefined, fn);
  }

  every(ms: number, fn: () => void): Timer {
    return this.#schedule(ms, ms, fn);
  }

  /** Lets `ms` pass: runs what falls due in order, and gives promises time to settle before and after each. */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsed + ms;
    await settle();
    for (let next = this.#due(target); next !== undefined; next = this.#due(target)) {
      this.#pass(next.at);
      this.#pending.delete(next);
      if (next.everyMs !== undefined) this.#pending.add({ ...next, at: next.at + next.everyMs, order: this.#order++ });
      next.fn();
      await settle();
    }
    this.#pass(target);
    await settle();
  }

  /** Sets the wall clock alone, as a time server does: `monotonic()` and timers do not notice. */
  set(now: number): void {
    this.#epoch = now;
  }

  #schedule(ms: number, everyMs: number | undefined, fn: () => void): Timer {
    let pending: Pending | undefined = {
      at: this.#elapsed + Math.max(0, ms),
      order: this.#order++,
      everyMs,
      fn,
    };
    this.#pending.add(pending);
    return {
      cancel: () => {
        if (pending) this.#pending.delete(pending);
        pending = undefined;
      },
    };
  }

  #due(target: number): Pending | undefined {
    let first: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.at > target) continue;
      if (!first || pending.at < first.at || (pending.at === first.at && pending.order < first.order)) first = pending;
    }
    return first;
  }

  #pass(to: number): void {
    this.#epoch += to - this.#elapsed;
    this.#elapsed = to;
  }
}

// Enough turns of the microtask queue for chains of awaits, plus one macrotask for streams and I/O callbacks.
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
