import type { Logger } from '@xc/core';
import { hearOut, report } from '../run/hook.ts';

// Two listeners that undo each other's work would otherwise go on for ever.
const mostEventsAtOnce = 1_000;

interface Told<Events> {
  readonly type: keyof Events;
  readonly event: Events[keyof Events];
}

type Listener = (event: never) => unknown;

/**
 * The listeners of one breaker. Events are queued while the breaker changes and delivered by `flush`, so a listener
 * always sees a breaker at rest, and one that changes it again is told after everybody has heard of the first change.
 */
export class Listeners<Events extends object> {
  readonly #logger: Logger;
  readonly #name: string;
  readonly #byType = new Map<keyof Events, readonly Listener[]>();
  readonly #queue: Told<Events>[] = [];
  #delivering = false;

  constructor(name: string, logger: Logger) {
    this.#name = name;
    this.#logger = logger;
  }

  /** Lets the caller skip making an event nobody hears. */
  has(type: keyof Events): boolean {
    return this.#byType.size > 0 && this.#byType.has(type);
  }

  /** Returns what takes the listener off again. */
  add<E extends keyof Events>(type: E, listener: (event: Events[E]) => void): () => void {
    // A registration of its own, so that the same function added twice is called twice and leaves one at a time.
    const registered: Listener = (event) => listener(event);
    this.#byType.set(type, [...(this.#byType.get(type) ?? []), registered]);
    return () => {
      const rest = (this.#byType.get(type) ?? []).filter((other) => other !== registered);
      if (rest.length > 0) this.#byType.set(type, rest);
      else this.#byType.delete(type);
    };
  }

  queue<E extends keyof Events>(type: E, event: Events[E]): void {
    if (this.has(type)) this.#queue.push({ type, event });
  }

  /** Delivers what is queued; inside a listener it does nothing, the outer delivery goes on. */
  flush(): void {
    if (this.#delivering || this.#queue.length === 0) return;
    this.#delivering = true;
    for (let delivered = 0; delivered < this.#queue.length; delivered++) {
      if (delivered === mostEventsAtOnce) {
        report(
          this.#logger,
          { name: this.#name },
          'listeners keep changing the breaker: the rest of their events is dropped',
        );
        break;
      }
      this.#deliver(this.#queue[delivered] as Told<Events>);
    }
    this.#queue.length = 0;
    this.#delivering = false;
  }

  #deliver({ type, event }: Told<Events>): void {
    for (const listener of this.#byType.get(type) ?? []) {
      try {
        hearOut(listener(event as never), (error) => this.#failed(type, error));
      } catch (error) {
        this.#failed(type, error);
      }
    }
  }

  #failed(type: keyof Events, error: unknown): void {
    report(this.#logger, { err: error, name: this.#name, event: type }, 'a listener threw');
  }
}
