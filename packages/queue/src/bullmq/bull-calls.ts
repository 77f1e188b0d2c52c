import { type Clock, isXcError, XcError } from '@xc/core';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import { closedError } from '../queue/closed-error.ts';
import { messageOf } from './bull-refusals.ts';

/** What a call leaves behind that was not answered: nothing to know of, or work that may have been done. */
export type LateAs = 'XC_QUEUE_UNAVAILABLE' | 'XC_QUEUE_UNKNOWN_OUTCOME';

/** Calls of BullMQ, whose clients wait for Redis as long as it is away: each has a deadline here, and none begins after close. */
export class BullCalls {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #metrics: QueueMetrics;
  #closed = false;

  constructor(name: string, clock: Clock, deadlineMs: number, metrics: QueueMetrics) {
    this.#name = name;
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#metrics = metrics;
  }

  /** @throws XC_QUEUE_CLOSED */
  open(): void {
    if (this.#closed) throw closedError(this.#name);
  }

  close(): void {
    this.#closed = true;
  }

  /**
   * @throws XC_QUEUE_CLOSED; `late` after the deadline, and what is under way is left to BullMQ; XC_QUEUE_UNAVAILABLE for what BullMQ
   * or its client throws. What `work` itself throws of ours, and mistakes of its caller, stay as they are.
   */
  async ask<T>(work: () => Promise<T>, late: LateAs = 'XC_QUEUE_UNAVAILABLE'): Promise<T> {
    this.open();
    try {
      return await this.#within(work, late);
    } catch (error) {
      const typed = this.#typed(error);
      if (this.#metrics.on && typed instanceof XcError) this.#metrics.redisErrors.at(typed.code).inc();
      throw typed;
    }
  }

  /** What is done after close. @throws XC_QUEUE_UNAVAILABLE after the deadline */
  leave<T>(work: () => Promise<T>): Promise<T> {
    return this.#within(work, 'XC_QUEUE_UNAVAILABLE');
  }

  #within<T>(work: () => Promise<T>, late: LateAs): Promise<T> {
    const deadlineMs = this.#deadlineMs;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(deadlineMs, () => reject(lateError(late, deadlineMs)));
      work()
        .finally(() => timer.cancel())
        .then(resolve, reject);
    });
  }

  #typed(error: unknown): unknown {
    if (isXcError(error) || error instanceof TypeError || error instanceof RangeError) return error;
    if (this.#closed) return closedError(this.#name);
    return new XcError('XC_QUEUE_UNAVAILABLE', messageOf(error), { cause: error, retryable: true });
  }
}

function lateError(code: LateAs, deadlineMs: number): XcError {
  const what = code === 'XC_QUEUE_UNAVAILABLE' ? '' : ': it may have been done';
  return new XcError(code, `BullMQ has not answered in ${deadlineMs} ms${what}`, {
    details: { deadlineMs },
    retryable: true,
  });
}
