import { setMaxListeners } from 'node:events';
import { type Clock, type Timer, XcError } from '@xc/core';

/** The time for which writes may stand still. */
export class FenceWindow {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #openedAt: number;
  readonly #timer: Timer;
  readonly #outer: AbortSignal;
  readonly #abort = (): void => this.#controller.abort(this.#outer.reason);

  /** @param outer - Ends the window as well. */
  constructor(clock: Clock, ms: number, outer: AbortSignal) {
    this.#clock = clock;
    this.#outer = outer;
    this.#openedAt = clock.monotonic();
    // What is asked side by side listens to it.
    setMaxListeners(0, this.#controller.signal);
    this.#timer = clock.after(ms, () => this.#controller.abort(windowOver(ms)));
    outer.addEventListener('abort', this.#abort, { once: true });
    if (outer.aborted) this.#abort();
  }

  /** Aborts when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get elapsedMs(): number {
    return this.#clock.monotonic() - this.#openedAt;
  }

  close(): void {
    this.#timer.cancel();
    this.#outer.removeEventListener('abort', this.#abort);
  }
}

function windowOver(ms: number): XcError<'XC_SHARD_CUTOVER_TIMEOUT'> {
  return new XcError('XC_SHARD_CUTOVER_TIMEOUT', `a switch was not through within ${ms} ms`, { retryable: true });
}
