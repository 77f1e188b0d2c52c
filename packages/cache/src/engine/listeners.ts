import type { Logger } from '@xc/core';
import type { CacheEvents } from '../api/cache-events.ts';
import { pathWithin } from '../keys/name-space.ts';
import { checkOneOf } from '../options/check-names.ts';
import { checkFunction } from '../options/entry-plan.ts';

const EVENTS = ['fill', 'discard', 'evict', 'invalidate', 'gap', 'l2', 'loadError', 'refreshError'];

interface Listener {
  /** Of the namespace that is listened to. */
  readonly path: string;
  readonly hear: (fact: never) => void;
}

type NamespaceEvent = Exclude<keyof CacheEvents, 'gap' | 'l2'>;

/** Tells those who listen, each of its namespace and of those within it; one that throws is logged and hurts nobody. */
export class Listeners {
  readonly #logger: Logger;
  readonly #listeners = new Map<keyof CacheEvents, Set<Listener>>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  on<E extends keyof CacheEvents>(path: string, event: E, listener: (fact: CacheEvents[E]) => void): () => void {
    checkOneOf('event', event, EVENTS);
    checkFunction('listener', listener);
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    // One function may listen twice, and each is ended by itself.
    const own: Listener = { path, hear: (fact) => listener(fact) };
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

  /** Tells all, of what is of no namespace. */
  tell<E extends 'gap' | 'l2'>(event: E, fact: CacheEvents[E]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) this.#tellOne(listener, event, fact);
  }

  /** Tells of a namespace. */
  tellOf<E extends NamespaceEvent>(path: string, event: E, fact: CacheEvents[E]): void {
    const listeners = this.#listeners.get(event);
    if (listeners === undefined) return;
    for (const listener of [...listeners]) {
      const namespace = pathWithin(listener.path, path);
      if (namespace !== undefined) this.#tellOne(listener, event, namespace === '' ? fact : { ...fact, namespace });
      else if (coversAll(fact) && pathWithin(path, listener.path) !== undefined) this.#tellOne(listener, event, fact);
    }
  }

  #tellOne<E extends keyof CacheEvents>({ hear }: Listener, event: E, fact: CacheEvents[E]): void {
    const failed = (error: unknown): void => {
      this.#logger.error({ err: error, event }, 'a listener of the cache threw');
    };
    try {
      const heard: unknown = (hear as (fact: CacheEvents[E]) => unknown)(fact);
      // An async function is a listener to the compiler too.
      if (heard instanceof Promise) heard.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** Whether it is of everything in a namespace, and so of all within that. */
function coversAll(fact: CacheEvents[NamespaceEvent]): boolean {
  return 'target' in fact && 'all' in fact.target;
}
