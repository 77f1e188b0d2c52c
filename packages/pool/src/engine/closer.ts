import type { Clock, Logger } from '@xc/core';
import type { EndReason } from '../end-reason.ts';
import type { PoolFactory } from '../pool-factory.ts';
import type { Agenda } from './agenda.ts';
import type { Entry } from './entry.ts';
import { timedCall } from './timed-call.ts';

/** What the closing of resources needs of its pool. */
export interface CloserParts<T> {
  readonly name: string;
  readonly factory: PoolFactory<T>;
  readonly agenda: Agenda;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly destroyTimeoutMs: number;
}

/** Closes resources: each once, each within its time, whatever `destroy` does. */
export class Closer<T> {
  readonly #parts: CloserParts<T>;

  constructor(parts: CloserParts<T>) {
    this.#parts = parts;
  }

  /** Calls `done` when it is closed, or its time for that is up. */
  close(entry: Entry<T>, reason: EndReason, done: (inTime: boolean) => void): void {
    try {
      entry.unwatch?.();
    } catch (error) {
      this.#complain(entry.id, reason, error, 'could not stop watching a resource');
    }
    entry.unwatch = undefined;
    this.closeStray(entry.id, entry.resource, reason, done);
  }

  /** Closes what never became part of the pool. */
  closeStray(id: number, resource: T, reason: EndReason, done: (inTime: boolean) => void): void {
    const { agenda, clock, factory, destroyTimeoutMs } = this.#parts;
    const dueAt = clock.monotonic() + destroyTimeoutMs;
    const complain = (error: unknown) => this.#complain(id, reason, error, 'could not close a resource');
    timedCall(
      agenda,
      dueAt,
      () => factory.destroy(resource, reason),
      (end) => {
        if (end.kind === 'error') complain(end.error);
        if (end.kind === 'timeout') {
          const { name, logger } = this.#parts;
          logger.warn({ pool: name, id, reason, destroyTimeoutMs }, 'a resource takes too long to close');
        }
        done(end.kind !== 'timeout');
      },
      (end) => {
        if (end.kind === 'error') complain(end.error);
      },
    );
  }

  #complain(id: number, reason: EndReason, error: unknown, message: string): void {
    const { name, logger } = this.#parts;
    logger.warn({ err: error, pool: name, id, reason }, message);
  }
}
