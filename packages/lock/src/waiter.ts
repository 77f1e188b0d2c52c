import type { Clock, Timer } from '@xc/core';
import type { RequestContext } from '@xc/core/context';
import type { AbortWatch } from './abort-watch.ts';
import type { SettledAcquire } from './acquire-options.ts';

/** What a waiter asks of its line. */
export interface WaiterHome<T> {
  readonly clock: Clock;
  readonly aborts: AbortWatch;
  /** What a waiter is told whose time is over. */
  expired(waiter: Waiter<T>): unknown;
  /** Called once, as soon as it is settled: by a value, or by an error. */
  left(waiter: Waiter<T>, value: T | undefined, error?: unknown): void;
}

/** Somebody who waits in line for a lock: one promise that settles once. */
export class Waiter<T> {
  readonly promise: Promise<T>;
  readonly options: SettledAcquire;
  /** Whether the very work that waits holds it already. */
  readonly reenters: boolean;
  /** Where it was asked for outside of `using`. */
  readonly context: RequestContext | undefined;
  /** Monotonic ms. */
  readonly since: number;
  settled = false;
  readonly #home: WaiterHome<T>;
  #resolve!: (value: T) => void;
  #reject!: (reason: unknown) => void;
  #timer: Timer | undefined;
  #held: AbortController | undefined;
  #unlisten: (() => void) | undefined;

  constructor(home: WaiterHome<T>, options: SettledAcquire, reenters: boolean, context: RequestContext | undefined) {
    const { waitMs, signal } = options;
    this.#home = home;
    this.options = options;
    this.reenters = reenters;
    this.context = context;
    this.since = home.clock.monotonic();
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (waitMs > 0 && waitMs < Number.POSITIVE_INFINITY) {
      this.#timer = home.clock.after(waitMs, () => this.reject(home.expired(this)));
    }
    if (signal !== undefined) this.#unlisten = home.aborts.on(signal, () => this.reject(signal.reason));
  }

  /**
   * Holds the process open: a script that waits for its turn must not end in the middle. For one who really waits; whoever only
   * waits for the answer of a store is held by its connection.
   */
  hold(): void {
    const { waitMs } = this.options;
    if (this.#held !== undefined || this.settled || waitMs === Number.POSITIVE_INFINITY) return;
    this.#held = new AbortController();
    this.#home.clock.sleep(waitMs, this.#held.signal).catch(() => undefined);
  }

  resolve(value: T): void {
    if (this.settled) return;
    this.#settle(value);
    this.#resolve(value);
  }

  reject(reason: unknown): void {
    if (this.settled) return;
    this.#settle(undefined, reason);
    this.#reject(reason);
  }

  #settle(value: T | undefined, error?: unknown): void {
    this.settled = true;
    this.#timer?.cancel();
    this.#held?.abort(null);
    this.#unlisten?.();
    this.#home.left(this, value, error);
  }
}
