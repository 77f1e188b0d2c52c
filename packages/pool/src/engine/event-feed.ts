import type { Logger } from '@xc/core';
import type { PoolEvent } from '../pool-event.ts';

type Listener = (event: PoolEvent) => void;

/**
 * Tells listeners what happens, in order: what a listener causes is told after everybody has heard of what it listened to.
 * A listener that throws is logged and harms nobody.
 */
export class EventFeed {
  readonly #logger: Logger;
  readonly #name: string;
  #listeners: readonly Listener[] = [];
  readonly #queue: PoolEvent[] = [];
  #telling = false;
  #over = false;

  constructor(name: string, logger: Logger) {
    this.#name = name;
    this.#logger = logger;
  }

  /** Lets the caller skip making an event that nobody hears. */
  get heard(): boolean {
    return this.#listeners.length > 0;
  }

  add(listener: Listener): () => void {
    // A registration of its own, so that the same function added twice is called twice and leaves one at a time.
    const registered: Listener = (event) => listener(event);
    this.#listeners = [...this.#listeners, registered];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== registered);
    };
  }

  tell(event: PoolEvent): void {
    if (this.#over || this.#listeners.length === 0) return;
    this.#queue.push(event);
    if (this.#telling) return;
    this.#telling = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#deliver(next);
    this.#telling = false;
  }

  /** Tells the last one. */
  end(event: PoolEvent): void {
    this.tell(event);
    this.#over = true;
  }

  #deliver(event: PoolEvent): void {
    for (const listener of this.#listeners) {
      try {
        const result: unknown = listener(event);
        if (result instanceof Promise) result.catch((error: unknown) => this.#failed(event, error));
      } catch (error) {
        this.#failed(event, error);
      }
    }
  }

  #failed(event: PoolEvent, error: unknown): void {
    this.#logger.error({ err: error, pool: this.#name, event: event.type }, 'a listener of the pool threw');
  }
}
