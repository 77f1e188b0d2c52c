import type { Clock, Timer } from './clock.ts';
import { XcError } from './error.ts';
import type { LockLease } from './lock.ts';

/** A lease of `localLock`: ends by release, or by itself after `ttlMs`; either way it calls `handOn`, once. */
export class LocalLease implements LockLease {
  readonly name: string;
  readonly fence: bigint;
  readonly #clock: Clock;
  readonly #endsAt: number;
  readonly #timer: Timer;
  readonly #handOn: () => void;
  #state: 'held' | 'released' | 'lost' = 'held';
  #controller: AbortController | undefined;

  constructor(name: string, fence: bigint, ttlMs: number, clock: Clock, handOn: () => void) {
    this.name = name;
    this.fence = fence;
    this.#clock = clock;
    this.#endsAt = clock.monotonic() + ttlMs;
    this.#timer = clock.after(ttlMs, () => this.#lose());
    this.#handOn = handOn;
  }

  get signal(): AbortSignal {
    this.endWhenDue();
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#state === 'lost') this.#controller.abort(lostError(this.name));
    }
    return this.#controller.signal;
  }

  async release(): Promise<void> {
    this.endWhenDue();
    if (this.#state !== 'held') return;
    this.#state = 'released';
    this.#timer.cancel();
    this.#handOn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** Ends the lease when its time is over, though no timer has said so yet. */
  endWhenDue(): void {
    if (this.#state === 'held' && this.#clock.monotonic() >= this.#endsAt) this.#lose();
  }

  #lose(): void {
    this.#state = 'lost';
    this.#timer.cancel();
    // First the old holder hears of it, then the next one may begin.
    this.#controller?.abort(lostError(this.name));
    this.#handOn();
  }
}

function lostError(name: string): XcError<'XC_LOCK_LOST'> {
  return new XcError('XC_LOCK_LOST', `lease on lock ${JSON.stringify(name)} ran out`, { details: { name } });
}
