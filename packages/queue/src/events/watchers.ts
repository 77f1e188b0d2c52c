import type { Logger, Subscription } from '@xc/core';
import { callable, refuseUnknown } from '../option-checks.ts';
import type { MissedEvent, QueueEvent, QueueEvents } from './queue-events.ts';

/** The names of events that tell of a job or of the queue. */
export type QueueEventName = Exclude<keyof QueueEvents, 'missed' | 'gap'>;

const known: readonly (keyof QueueEvents)[] = [
  ...(['added', 'started', 'progress', 'done', 'retry', 'dead', 'cancelled', 'lost', 'stuck', 'missed'] as const),
  ...(['paused', 'resumed', 'gap'] as const),
];

/** @throws TypeError unless functions by the names of events. */
export function checkQueueEvents(events: QueueEvents): QueueEvents {
  refuseUnknown(events, known, 'events');
  for (const name of known) if (events[name] !== undefined) callable(`events.${name}`, events[name]);
  return events;
}

/** Those who watch a queue. A callback that throws, or whose promise rejects, is logged and takes nothing from the others. */
export class Watchers {
  readonly #watching = new Set<{ readonly events: QueueEvents; readonly closed: () => void }>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get size(): number {
    return this.#watching.size;
  }

  /** Lets the caller skip making an event nobody hears. */
  hears(name: keyof QueueEvents): boolean {
    if (this.#watching.size === 0) return false;
    for (const { events } of this.#watching) if (events[name] !== undefined) return true;
    return false;
  }

  /** @param closed - Called once when the subscription ends. */
  add(events: QueueEvents, closed: () => void = () => {}): Subscription {
    // A place of its own, so that the same callbacks given twice are called twice and leave one at a time.
    const place = { events, closed };
    this.#watching.add(place);
    return {
      close: async () => {
        if (this.#watching.delete(place)) closed();
      },
    };
  }

  /** Nobody is told of anything any more. */
  close(): void {
    const watching = [...this.#watching];
    this.#watching.clear();
    for (const { closed } of watching) closed();
  }

  tell(name: QueueEventName, event: QueueEvent): void {
    for (const { events } of [...this.#watching]) this.#call(name, () => events[name]?.(event));
  }

  missed(event: MissedEvent): void {
    for (const { events } of [...this.#watching]) this.#call('missed', () => events.missed?.(event));
  }

  gap(): void {
    for (const { events } of [...this.#watching]) this.#call('gap', () => events.gap?.());
  }

  #call(event: string, fn: () => unknown): void {
    const failed = (err: unknown) => this.#logger.error({ err, event }, 'a watch callback threw');
    try {
      const returned = fn();
      if (typeof (returned as PromiseLike<unknown> | undefined)?.then === 'function') {
        (returned as PromiseLike<unknown>).then(undefined, failed);
      }
    } catch (error) {
      failed(error);
    }
  }
}
