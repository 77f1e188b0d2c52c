import type { Logger } from '@xc/core';
import { checkFunction } from '../options/entry-plan.ts';
import type { CompatEvents } from './compat-cache.ts';

type Listener<E extends keyof CompatEvents> = (fact: CompatEvents[E]) => void;

/** Those who listen in the way of cache-manager; one that throws is logged and hurts nobody. */
export class CompatListeners {
  readonly #logger: Logger;
  readonly #listeners = new Map<keyof CompatEvents, Listener<never>[]>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  on<E extends keyof CompatEvents>(event: E, listener: Listener<E>): void {
    checkFunction('listener', listener);
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  /** The one that was added last, of the same. */
  off<E extends keyof CompatEvents>(event: E, listener: Listener<E>): void {
    const listeners = this.#listeners.get(event) ?? [];
    const index = listeners.lastIndexOf(listener as Listener<never>);
    if (index >= 0) this.#listeners.set(event, listeners.toSpliced(index, 1));
  }

  tell<E extends keyof CompatEvents>(event: E, fact: CompatEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      const failed = (error: unknown): void => {
        this.#logger.error({ err: error, event }, 'a listener of the cache threw');
      };
      try {
        const heard: unknown = (listener as (fact: CompatEvents[E]) => unknown)(fact);
        if (heard instanceof Promise) heard.catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  }

  /** Tells of the end of a call, whichever it is; `told` answers undefined where there is nothing to tell. */
  async around<E extends Exclude<keyof CompatEvents, 'clear'>, T>(
    event: E,
    facts: object,
    run: () => Promise<T>,
    told: (answer: T) => object | undefined = () => ({}),
  ): Promise<T> {
    let answer: T;
    try {
      answer = await run();
    } catch (error) {
      this.tell(event, { ...facts, error } as CompatEvents[E]);
      throw error;
    }
    const more = told(answer);
    if (more !== undefined) this.tell(event, { ...facts, ...more } as CompatEvents[E]);
    return answer;
  }
}
