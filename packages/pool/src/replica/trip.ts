import type { Clock } from '@xc/core';
import { currentContext } from '@xc/core/context';
import type { AcquireOptions } from '../acquire-options.ts';
import { duration } from '../engine/option-rules.ts';

/** One read or write on its way: how long it has been under way, and how long it may still look for a node. */
export class Trip {
  readonly signal: AbortSignal | undefined;
  readonly #clock: Clock;
  readonly #options: AcquireOptions;
  readonly #startedAt: number;
  readonly #giveUpAt: number;

  constructor(clock: Clock, options: AcquireOptions, patienceMs: number) {
    const { signal, timeoutMs = Number.POSITIVE_INFINITY } = options;
    duration('timeoutMs', timeoutMs, 'allowed');
    this.signal = signal;
    this.#clock = clock;
    this.#options = options;
    this.#startedAt = clock.monotonic();
    const deadline = currentContext()?.deadline ?? Number.POSITIVE_INFINITY;
    this.#giveUpAt = Math.min(this.#startedAt + Math.min(patienceMs, timeoutMs), deadline);
  }

  get elapsedMs(): number {
    return this.#clock.monotonic() - this.#startedAt;
  }

  /** How long it may still wait for a node. */
  get leftMs(): number {
    return this.#giveUpAt - this.#clock.monotonic();
  }

  /** For the pool of the node that was found: its wait is part of the same time. */
  acquireOptions(signal: AbortSignal | undefined): AcquireOptions {
    const { timeoutMs, priority, label } = this.#options;
    return {
      ...(signal === undefined ? {} : { signal }),
      ...(priority === undefined ? {} : { priority }),
      ...(label === undefined ? {} : { label }),
      ...(timeoutMs === undefined ? {} : { timeoutMs: Math.max(timeoutMs - this.elapsedMs, 0) }),
    };
  }
}
