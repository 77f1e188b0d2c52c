import type { Clock, Logger, Subscription } from '@xc/core';
import type { TopologyStore } from '../topology/topology-store.ts';
import { atMost } from './at-most.ts';

/** How long a watch is waited for where somebody waits for it: when it begins, and when it ends. */
const BEGIN_MS = 10_000;
const END_MS = 3_000;

/** What a watch needs. */
export interface StoreWatchParts {
  readonly store: TopologyStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The watch of a topology store, begun again where it could not begin. Whatever the store does, nobody waits for it for ever. */
export class StoreWatch {
  readonly #parts: StoreWatchParts;
  readonly #told: (epoch: number) => void;
  readonly #ending = new AbortController();
  #beginning: Promise<void> | undefined;
  #subscription: Subscription | undefined;
  #isTold = false;

  constructor(parts: StoreWatchParts, told: (epoch: number) => void) {
    this.#parts = parts;
    this.#told = told;
  }

  /** Resolves when the watch has begun, could not, or is long about it; gives whether it has begun just now. */
  async begin(): Promise<boolean> {
    if (this.#beginning !== undefined) return false;
    this.#beginning = this.#begin();
    await atMost(this.#beginning, BEGIN_MS, this.#parts.clock, new AbortController().signal);
    if (this.#subscription === undefined) this.#missing('it does not answer');
    return this.#subscription !== undefined;
  }

  /** Resolves when it has ended; its failure is logged. */
  async end(): Promise<void> {
    this.#ending.abort();
    const subscription = this.#subscription;
    this.#subscription = undefined;
    if (subscription === undefined) return;
    await atMost(this.#end(subscription), END_MS, this.#parts.clock, new AbortController().signal);
  }

  async #begin(): Promise<void> {
    try {
      const subscription = await this.#parts.store.watch(this.#told);
      if (this.#ending.signal.aborted) return await this.#end(subscription);
      this.#subscription = subscription;
      this.#isTold = false;
    } catch (error) {
      this.#beginning = undefined;
      this.#missing(error);
    }
  }

  async #end(subscription: Subscription): Promise<void> {
    try {
      await subscription.close();
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'the watch of the topology store could not be ended');
    }
  }

  /** Once, and not at every try. */
  #missing(error: unknown): void {
    if (this.#isTold || this.#ending.signal.aborted) return;
    this.#isTold = true;
    this.#parts.logger.warn({ err: error }, 'the topology store cannot be watched; looking from time to time');
  }
}
