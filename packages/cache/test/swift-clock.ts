import type { Clock, Timer } from '@xc/core';

const HOPS = 16;

interface Pending {
  readonly at: number;
  readonly fn: () => void;
  gone: boolean;
}

/**
 * A clock for many thousands of short runs: after each timer it lets promises go on for some hops, not until all have settled, so
 * that time also passes in the middle of chains of promises.
 */
export class SwiftClock implements Clock {
  readonly #start: number;
  #elapsed = 0;
  #pending: Pending[] = [];

  constructor(start: number) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  after(ms: number, fn: () => void): Timer {
    const timer: Pending = { at: this.#elapsed + Math.max(0, ms), fn, gone: false };
    let at = this.#pending.length;
    while (at > 0 && (this.#pending[at - 1] as Pending).at <= timer.at) at--;
    this.#pending.splice(at, 0, timer);
    return {
      cancel: () => {
        timer.gone = true;
      },
    };
  }

  every(ms: number, fn: () => void): Timer {
    let timer: Timer;
    const again = (): void => {
      timer = this.after(ms, again);
      fn();
    };
    timer = this.after(ms, again);
    return { cancel: () => timer.cancel() };
  }

  async advance(ms: number): Promise<void> {
    const target = this.#elapsed + ms;
    await hop();
    for (let next = this.#pending.at(-1); next !== undefined && next.at <= target; next = this.#pending.at(-1)) {
      this.#pending.pop();
      if (next.gone) continue;
      this.#elapsed = next.at;
      next.fn();
      await hop();
    }
    this.#elapsed = target;
  }
}

async function hop(): Promise<void> {
  for (let hops = 0; hops < HOPS; hops++) await undefined;
}
