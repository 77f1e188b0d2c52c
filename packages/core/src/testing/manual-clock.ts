import { AsyncResource } from 'node:async_hooks';
import type { Clock, Timer } from '../clock.ts';
import { checkDelay, checkNumber, checkTimer } from '../option-checks.ts';

/**
 * A clock that stands still until told otherwise, and takes the same times as `systemClock`. Timers fire in the order of their
 * time, then of their making, each in the async context in which it was made.
 *
 * @example
 * ```ts
 * const clock = new ManualClock();
 * const slept = clock.sleep(60_000);
 * await clock.advance(60_000);
 * await slept;
 * ```
 */
export class ManualClock implements Clock {
  #epoch: number;
  #elapsed = 0;
  /** The one that fires next stands last. */
  readonly #pending: ManualTimer[] = [];
  #advancing: Promise<void> = Promise.resolve();

  /** @param start - Epoch milliseconds that `now()` begins with; `monotonic()` begins with 0. */
  constructor(start = 0) {
    checkNumber('start', start, Number.NEGATIVE_INFINITY);
    this.#epoch = start;
  }

  /** How many timers and sleeps wait. */
  get pending(): number {
    return this.#pending.length;
  }

  now(): number {
    return this.#epoch;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      checkDelay(ms);
      signal?.throwIfAborted();
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
    checkTimer(ms, fn);
    return this.#schedule(new ManualTimer(this.#elapsed + Math.max(ms, 0), undefined, fn, this.#pending));
  }

  every(ms: number, fn: () => void): Timer {
    checkTimer(ms, fn);
    const everyMs = Math.max(ms, 1);
    return this.#schedule(new ManualTimer(this.#elapsed + everyMs, everyMs, fn, this.#pending));
  }

  /**
   * Lets `ms` pass: fires what falls due, each at its own time, what is made on the way included, and gives promises time to
   * settle before, between and after. Calls do not overlap: a second one begins when the first is through.
   *
   * @throws RangeError when `ms` is negative or not finite. What a callback threw, once all of `ms` has passed and all other
   * timers have fired; several as an `AggregateError`.
   */
  async advance(ms: number): Promise<void> {
    checkNumber('ms', ms, 0);
    const passing = this.#advancing.then(() => this.#pass(ms));
    this.#advancing = passing.catch(() => {});
    await passing;
  }

  /**
   * Sets the wall clock alone, as a time server does: `monotonic()` and timers do not notice.
   *
   * @throws RangeError when `now` is not finite.
   */
  set(now: number): void {
    checkNumber('now', now, Number.MIN_SAFE_INTEGER);
    this.#epoch = now;
  }

  async #pass(ms: number): Promise<void> {
    const target = this.#elapsed + ms;
    const errors: unknown[] = [];
    await settle();
    for (let timer = this.#pending.at(-1); timer !== undefined && timer.at <= target; timer = this.#pending.at(-1)) {
      this.#pending.pop();
      this.#moveTo(timer.at);
      if (timer.everyMs !== undefined) this.#schedule(timer.repeated(timer.everyMs));
      try {
        timer.fire();
      } catch (error) {
        errors.push(error);
      }
      await settle();
    }
    this.#moveTo(target);
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} timers threw`);
    if (errors.length === 1) throw errors[0];
  }

  #schedule(timer: ManualTimer): Timer {
    // Behind those of the same time: they were made before.
    let [low, high] = [0, this.#pending.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pending[middle] as ManualTimer).at > timer.at) low = middle + 1;
      else high = middle;
    }
    this.#pending.splice(low, 0, timer);
    return timer;
  }

  #moveTo(elapsed: number): void {
    this.#epoch += elapsed - this.#elapsed;
    this.#elapsed = elapsed;
  }
}

class ManualTimer implements Timer {
  at: number;
  readonly everyMs: number | undefined;
  readonly #fn: () => void;
  readonly #context = new AsyncResource('XcManualTimer');
  readonly #pending: ManualTimer[];

  constructor(at: number, everyMs: number | undefined, fn: () => void, pending: ManualTimer[]) {
    this.at = at;
    this.everyMs = everyMs;
    this.#fn = fn;
    this.#pending = pending;
  }

  fire(): void {
    this.#context.runInAsyncScope(this.#fn);
  }

  repeated(everyMs: number): this {
    this.at += everyMs;
    return this;
  }

  cancel(): void {
    const index = this.#pending.indexOf(this);
    if (index >= 0) this.#pending.splice(index, 1);
  }
}

// A macrotask comes after every microtask, so chains of awaits of any length have settled.
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
