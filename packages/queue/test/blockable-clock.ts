import type { Clock, Timer } from '@xc/core';
import { ManualClock } from '@xc/core/testing';

/** Time can pass on it while nothing else happens, as while the event loop is blocked: its timers are late by as much. */
export class BlockableClock implements Clock {
  readonly #turning = new ManualClock(1_700_000_000_000);
  #blockedMs = 0;

  block(ms: number): void {
    this.#blockedMs += ms;
  }

  advance(ms: number): Promise<void> {
    return this.#turning.advance(ms);
  }

  now(): number {
    return this.#turning.now() + this.#blockedMs;
  }

  monotonic(): number {
    return this.#turning.monotonic() + this.#blockedMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#turning.sleep(ms, signal);
  }

  after(ms: number, fn: () => void): Timer {
    return this.#turning.after(ms, fn);
  }

  every(ms: number, fn: () => void): Timer {
    return this.#turning.every(ms, fn);
  }
}
