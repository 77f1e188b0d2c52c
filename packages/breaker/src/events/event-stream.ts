import { orDefault, positiveInteger, refuseUnknown } from '../options.ts';
import { type BreakerEvent, type BreakerEvents, breakerEventNames } from './breaker-events.ts';
import type { Listeners } from './listeners.ts';

/** How `Breaker.events()` buffers. */
export interface EventStreamOptions {
  /**
   * How many unread events are kept; beyond it the oldest go, and a `dropped` event tells how many.
   * @defaultValue 256
   */
  readonly bufferSize?: number;
  /** Ends the stream: a pending and every later read rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
}

/**
 * Every event from now on, for `for await`. Leaving the loop, or the signal, takes the listeners off.
 *
 * @throws RangeError when `bufferSize` is no positive integer.
 */
export function eventStream(
  listeners: Listeners<BreakerEvents>,
  options: EventStreamOptions = {},
): AsyncIterableIterator<BreakerEvent> {
  refuseUnknown(options, ['bufferSize', 'signal']);
  return new EventStream(listeners, positiveInteger('bufferSize', orDefault(options.bufferSize, 256)), options.signal);
}

interface Reader {
  resolve(result: IteratorResult<BreakerEvent>): void;
  reject(reason: unknown): void;
}

const done: IteratorResult<BreakerEvent> = { done: true, value: undefined };

class EventStream implements AsyncIterableIterator<BreakerEvent> {
  readonly #bufferSize: number;
  readonly #signal: AbortSignal | undefined;
  readonly #unsubscribe: (() => void)[] = [];
  readonly #buffer: BreakerEvent[] = [];
  readonly #readers: Reader[] = [];
  #dropped = 0;
  #ended = false;

  constructor(listeners: Listeners<BreakerEvents>, bufferSize: number, signal: AbortSignal | undefined) {
    this.#bufferSize = bufferSize;
    this.#signal = signal;
    if (signal?.aborted) return;
    signal?.addEventListener('abort', this.#abort, { once: true });
    for (const type of breakerEventNames) {
      this.#unsubscribe.push(listeners.add(type, (event) => this.#push({ type, ...event } as BreakerEvent)));
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<BreakerEvent>> {
    if (this.#signal?.aborted && !this.#ended) return Promise.reject(this.#signal.reason);
    if (this.#dropped > 0) {
      const value: BreakerEvent = { type: 'dropped', count: this.#dropped };
      this.#dropped = 0;
      return Promise.resolve({ done: false, value });
    }
    const value = this.#buffer.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#ended) return Promise.resolve(done);
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<BreakerEvent>> {
    this.#end();
    for (const reader of this.#readers.splice(0)) reader.resolve(done);
    return Promise.resolve(done);
  }

  #push(event: BreakerEvent): void {
    const reader = this.#readers.shift();
    if (reader) {
      reader.resolve({ done: false, value: event });
      return;
    }
    if (this.#buffer.length === this.#bufferSize) {
      this.#buffer.shift();
      this.#dropped++;
    }
    this.#buffer.push(event);
  }

  readonly #abort = (): void => {
    this.#unlisten();
    this.#buffer.length = 0;
    for (const reader of this.#readers.splice(0)) reader.reject(this.#signal?.reason);
  };

  #end(): void {
    this.#ended = true;
    this.#buffer.length = 0;
    this.#dropped = 0;
    this.#unlisten();
    this.#signal?.removeEventListener('abort', this.#abort);
  }

  #unlisten(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
  }
}
