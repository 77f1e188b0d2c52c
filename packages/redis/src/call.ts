import { type Clock, systemClock, type Timer } from '@xc/core';
import { onAbort } from './on-abort.ts';

/** What bounds a call to Redis. */
export interface CallOptions {
  /**
   * Milliseconds after which the call settles, whatever the client does: its queues, its retries and a server that does
   * not answer notwithstanding. Zero or less says that the time is already up.
   */
  readonly deadlineMs: number;
  /** Settles the call at once with its `reason`. What is on its way to the server stays on its way. */
  readonly signal?: AbortSignal | undefined;
  /** @defaultValue systemClock */
  readonly clock?: Clock | undefined;
}

/**
 * One promise that settles exactly once: by an answer, by its deadline or by its signal. Whatever comes later is dropped.
 *
 * Costs a promise and a timer on the shared wheel, and a set entry with a signal.
 */
export class Call<T> {
  readonly promise: Promise<T>;
  /** Runs once, when the call settles: takes back what waits on its behalf. */
  whenSettled: (() => void) | undefined;
  #resolve!: (value: T) => void;
  #reject!: (reason: unknown) => void;
  #timer: Timer | undefined;
  #unlisten: (() => void) | undefined;
  #settled = false;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /**
   * Bounds the call. Settles it here and now when its options are wrong, its signal has aborted or its time is up.
   * @param expire - Settles the call, when its time is up and nothing else has.
   */
  begin(options: CallOptions, expire: () => void): void {
    const { deadlineMs, signal, clock = systemClock } = options;
    if (!Number.isFinite(deadlineMs)) {
      this.reject(new RangeError(`deadlineMs must be a finite number, got ${String(deadlineMs)}`));
    } else if (signal?.aborted) {
      this.reject(signal.reason);
    } else if (deadlineMs <= 0) {
      expire();
    } else {
      this.#timer = clock.after(deadlineMs, expire);
      if (signal) this.#unlisten = onAbort(signal, () => this.reject(signal.reason));
    }
  }

  get settled(): boolean {
    return this.#settled;
  }

  resolve(value: T): void {
    if (this.#settle()) this.#resolve(value);
  }

  reject(reason: unknown): void {
    if (this.#settle()) this.#reject(reason);
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#timer?.cancel();
    this.#unlisten?.();
    this.whenSettled?.();
    return true;
  }
}
