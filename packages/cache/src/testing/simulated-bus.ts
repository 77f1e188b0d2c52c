import type { Bus, BusHandlers, Clock, Random, Subscription } from '@xc/core';

/** What goes wrong on the way, as shares from 0 to 1. */
export interface BusTrouble {
  readonly lose: number;
  readonly duplicate: number;
  readonly delay: number;
  readonly delayMs: number;
}

/**
 * A bus between simulated nodes that loses, repeats and delays messages. It loses no two in a row on one way: the second one would
 * have told of the first.
 */
export class SimulatedBus {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #trouble: () => BusTrouble;
  readonly #ends = new Map<number, Set<BusHandlers>>();
  readonly #cut = new Set<number>();
  readonly #lost = new Set<string>();

  constructor(clock: Clock, random: Random, trouble: () => BusTrouble) {
    this.#clock = clock;
    this.#random = random;
    this.#trouble = trouble;
  }

  /** The bus as one node has it. */
  end(node: number): Bus {
    return {
      publish: async (_channel, message) => this.#publish(node, message),
      subscribe: async (_channel, handlers) => this.#subscribe(node, handlers),
      [Symbol.asyncDispose]: async () => {},
    };
  }

  isCut(node: number): boolean {
    return this.#cut.has(node);
  }

  cut(node: number): void {
    this.#cut.add(node);
  }

  /** Connects the node again, and tells it so. */
  mend(node: number): void {
    if (!this.#cut.delete(node)) return;
    for (const handlers of this.#ends.get(node) ?? []) handlers.gap();
  }

  #publish(from: number, message: Uint8Array): void {
    if (this.#cut.has(from)) throw new Error('not connected');
    const trouble = this.#trouble();
    for (const [node, handlers] of this.#ends) {
      if (this.#isLost(`${from}>${node}`, trouble.lose)) continue;
      for (const one of handlers) {
        this.#deliver(node, one, message, trouble);
        if (this.#random.next() < trouble.duplicate) this.#deliver(node, one, message, trouble);
      }
    }
  }

  #deliver(node: number, handlers: BusHandlers, message: Uint8Array, trouble: BusTrouble): void {
    const deliver = (): void => {
      if (!this.#cut.has(node) && this.#ends.get(node)?.has(handlers)) handlers.message(Uint8Array.from(message));
    };
    if (this.#random.next() < trouble.delay) this.#clock.after(this.#random.next() * trouble.delayMs, deliver);
    else queueMicrotask(deliver);
  }

  #isLost(way: string, rate: number): boolean {
    if (this.#lost.delete(way)) return false;
    if (this.#random.next() >= rate) return false;
    this.#lost.add(way);
    return true;
  }

  #subscribe(node: number, handlers: BusHandlers): Subscription {
    const ends = this.#ends.get(node) ?? new Set();
    this.#ends.set(node, ends.add(handlers));
    return {
      close: async () => {
        ends.delete(handlers);
      },
    };
  }
}
