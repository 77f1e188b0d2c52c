import type { Logger } from '@xc/core';
import type { CacheEvents } from '../api/cache-events.ts';
import { checkOneOf } from '../options/check-names.ts';
import { checkFunction } from '../options/entry-plan.ts';

const EVENTS = ['fill', 'discard', 'evict', 'invalidate', 'gap', 'l2', 'loadError', 'refreshError'];

type Listener = (fact: never) => void;

/** Tells those who listen; one that throws is logged and hurts nobody. */
export class Listeners {
  readonly #logger: Logger;
  readonly #listeners = new Map<keyof CacheEvents, Set<Listener>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  on<E extends keyof CacheEvents>(event: E, listener: (fact: CacheEvents[E]) => void): () => void {
    checkOneOf('event', event, EVENTS);
    checkFunction('listener', listener);
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    // One function may listen twice, and each is ended by itself.
    const own: Listener = (fact) => listener(fact);
    listeners.add(own);
    return () => {
      listeners.delete(own);
      if (listeners.size === 0) this.#listeners.delete(event);
    };
  }

  /** Whether there is anybody to make a fact for. */
  hears(event: keyof CacheEvents): boolean {
    return this.#listeners.has(event);
  }

  tell<E extends keyof CacheEvents>(event: E, fact: CacheEvents[E]): void {
    const listeners = this.#listeners.get(event);
    if (listeners === undefined) return;
    for (const listener of [...listeners]) {
      try {
        (listener as (fact: CacheEvents[E]) => void)(fact);
      } catch (error) {
        this.#logger.error({ err: error, event }, 'a listener of the cache threw');
      }
    }
  }
}
