import type { Relay } from '../events/announcer.ts';
import type { BreakerEvents } from '../events/breaker-events.ts';
import type { Listeners } from '../events/listeners.ts';

/** The events of a registry: those of its breakers, each with the key. */
export type KeyedEvents = { readonly [E in keyof BreakerEvents]: BreakerEvents[E] & { readonly key: string } };

/** Passes what happens in the breaker of one key on to the listeners of the registry. */
export class KeyedRelay implements Relay {
  readonly #key: string;
  readonly #listeners: Listeners<KeyedEvents>;

  constructor(key: string, listeners: Listeners<KeyedEvents>) {
    this.#key = key;
    this.#listeners = listeners;
  }

  hears(type: keyof BreakerEvents): boolean {
    return this.#listeners.has(type);
  }

  tell<E extends keyof BreakerEvents>(type: E, event: BreakerEvents[E]): void {
    if (this.#listeners.has(type)) this.#listeners.queue(type, { ...event, key: this.#key } as KeyedEvents[E]);
  }

  flush(): void {
    this.#listeners.flush();
  }
}
