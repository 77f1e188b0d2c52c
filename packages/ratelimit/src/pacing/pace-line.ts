import type { Clock, Random } from '@xc/core';
import { paceError } from './pace-error.ts';

/** What every line of a `pacedFetch` goes by. */
export interface PaceRules {
  readonly clock: Clock;
  readonly random: Random;
  readonly jitter: number;
  readonly maxWaitMs: number;
}

interface Waiter {
  readonly enteredAt: number;
  /** The share of its wait that this one adds to it. */
  readonly jitter: number;
  leave(): void;
  fail(error: unknown): void;
}

/**
 * The calls that wait for one key: they leave in order, never before the server wants them, each with some jitter of its own.
 * However many wait, one sleep is under way.
 */
export class PaceLine {
  readonly #rules: PaceRules;
  readonly #waiting = new Set<Waiter>();
  #heldUntil = Number.NEGATIVE_INFINITY;
  #spacingMs = 0;
  #spacedUntil = Number.NEGATIVE_INFINITY;
  #lastLeftAt = Number.NEGATIVE_INFINITY;
  #sleep: AbortController | undefined;
  #busy = false;

  constructor(rules: PaceRules) {
    this.#rules = rules;
  }

  /** Nothing to wait for, and nobody waits. */
  get idle(): boolean {
    const now = this.#rules.clock.monotonic();
    return this.#waiting.size === 0 && now >= this.#heldUntil && now >= this.#spacedUntil;
  }

  /** Milliseconds that a call entering now has to wait at least. */
  get waitMs(): number {
    return Math.max(0, this.#dueAt(this.#waiting.size) - this.#rules.clock.monotonic());
  }

  /** Lets nobody leave for `ms`; who can wait no longer for that fails at once. */
  hold(ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, this.#rules.clock.monotonic() + ms);
    let position = 0;
    for (const waiter of this.#waiting) {
      const dueAt = this.#dueAt(position);
      if (dueAt - waiter.enteredAt > this.#rules.maxWaitMs)
        waiter.fail(paceError(dueAt - this.#rules.clock.monotonic()));
      else position += 1;
    }
  }

  /** Lets calls leave `spacingMs` apart for the next `ms`, counted from the one that left at `leftAt`. */
  space(spacingMs: number, ms: number, leftAt: number): void {
    this.#spacingMs = spacingMs;
    this.#spacedUntil = this.#rules.clock.monotonic() + ms;
    this.#lastLeftAt = Math.max(this.#lastLeftAt, leftAt);
  }

  /**
   * Resolves when the call may leave; `undefined` when it may at once.
   * @throws XcError `XC_RATELIMIT_PACE` when it would have to wait longer than it may; the reason of `signal`, at once.
   */
  enter(signal: AbortSignal | undefined): Promise<void> | undefined {
    const { clock, random, jitter, maxWaitMs } = this.#rules;
    const { waitMs } = this;
    if (waitMs === 0 && this.#waiting.size === 0) {
      this.#lastLeftAt = clock.monotonic();
      return undefined;
    }
    if (waitMs > maxWaitMs) throw paceError(waitMs);
    return new Promise((resolve, reject) => {
      const gone = () => {
        // The next one has a time of its own, and nobody is to hold the process open for a line that is empty.
        if (this.#head() === waiter) this.#sleep?.abort();
        this.#waiting.delete(waiter);
        signal?.removeEventListener('abort', abort);
      };
      const abort = () => waiter.fail(signal?.reason);
      const waiter: Waiter = {
        enteredAt: clock.monotonic(),
        jitter: jitter * random.next(),
        leave() {
          gone();
          resolve();
        },
        fail(error) {
          gone();
          reject(error);
        },
      };
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', abort, { once: true });
      void this.#letLeave();
    });
  }

  async #letLeave(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    for (let head = this.#head(); head !== undefined; head = this.#head()) {
      const now = this.#rules.clock.monotonic();
      const dueAt = this.#dueAt(0);
      const leaveAt = dueAt + head.jitter * Math.max(0, dueAt - head.enteredAt);
      if (leaveAt > now) {
        // Meanwhile the hold may grow, or the first one go.
        await this.#sleepFor(leaveAt - now);
      } else {
        this.#lastLeftAt = now;
        head.leave();
      }
    }
    this.#busy = false;
  }

  #head(): Waiter | undefined {
    return this.#waiting.values().next().value;
  }

  async #sleepFor(ms: number): Promise<void> {
    this.#sleep = new AbortController();
    // Not `after`: a script that waits for its turn must not end.
    await this.#rules.clock.sleep(ms, this.#sleep.signal).catch(() => {});
    this.#sleep = undefined;
  }

  #dueAt(position: number): number {
    const now = this.#rules.clock.monotonic();
    if (now >= this.#spacedUntil) return this.#heldUntil;
    return Math.max(this.#heldUntil, this.#lastLeftAt + this.#spacingMs) + position * this.#spacingMs;
  }
}
