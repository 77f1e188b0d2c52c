import { type Clock, isXcError, XcError } from '@xc/core';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import { abortSignal } from '../option-checks.ts';
import type { Call } from '../queue/call.ts';
import { closedError } from '../queue/closed-error.ts';
import { messageOf } from './bull-refusals.ts';

/** What a call may do, and how long. */
export interface Bounds extends Call {
  /** Of a call that changes something: the ids of jobs that are asked for, as far as its caller gave them. */
  readonly changes?: readonly string[];
}

/** What calls need of their queue. */
export interface CallsHome {
  readonly name: string;
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly metrics: QueueMetrics;
  /** Resolves once BullMQ has been connected. */
  readonly connected: () => Promise<unknown>;
}

/** Calls of BullMQ, whose clients wait for Redis as long as it is away: each has a deadline here, and none begins after close. */
export class BullCalls {
  readonly #home: CallsHome;
  #closed = false;

  constructor(home: CallsHome) {
    this.#home = home;
  }

  /** @throws XC_QUEUE_CLOSED */
  open(): void {
    if (this.#closed) throw closedError(this.#home.name);
  }

  close(): void {
    this.#closed = true;
  }

  /**
   * @throws XC_QUEUE_CLOSED; the signal's reason once aborted; after the deadline XC_QUEUE_UNKNOWN_OUTCOME where a change was under way,
   * which is left to BullMQ, else XC_QUEUE_UNAVAILABLE, as for what BullMQ or its client throws. What `work` itself throws of ours, and
   * mistakes of its caller, stay as they are.
   */
  async ask<T>(work: () => Promise<T>, bounds: Bounds = {}): Promise<T> {
    this.open();
    abortSignal(bounds.signal)?.throwIfAborted();
    try {
      return await abortable(this.#begun(work, bounds), bounds.signal);
    } catch (error) {
      if (bounds.signal?.aborted === true && error === bounds.signal.reason) throw error;
      const typed = this.#typed(error);
      const { metrics } = this.#home;
      if (metrics.on && typed instanceof XcError) metrics.redisErrors.at(typed.code).inc();
      throw typed;
    }
  }

  /** What is done after close. @throws XC_QUEUE_UNAVAILABLE after the deadline */
  leave<T>(work: () => Promise<T>): Promise<T> {
    const { deadlineMs } = this.#home;
    return this.#within(work, () => unavailable(deadlineMs));
  }

  /** BullMQ keeps what it is asked before it was ever connected, and does it then: so nothing is asked of it until it is. */
  #begun<T>(work: () => Promise<T>, { changes, signal }: Bounds): Promise<T> {
    const { deadlineMs, connected } = this.#home;
    let isOver = false;
    let late = unavailable;
    const begin = async (): Promise<T> => {
      await connected();
      if (isOver || signal?.aborted === true) throw signal?.reason;
      if (changes !== undefined) late = (ms) => unknownOutcome(ms, changes);
      return work();
    };
    return this.#within(begin, () => {
      isOver = true;
      return late(deadlineMs);
    });
  }

  #within<T>(work: () => Promise<T>, late: () => XcError): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.#home.clock.after(this.#home.deadlineMs, () => reject(late()));
      work()
        .finally(() => timer.cancel())
        .then(resolve, reject);
    });
  }

  #typed(error: unknown): unknown {
    if (isXcError(error) || error instanceof TypeError || error instanceof RangeError) return error;
    if (this.#closed) return closedError(this.#home.name);
    return new XcError('XC_QUEUE_UNAVAILABLE', messageOf(error), { cause: error, retryable: true });
  }
}

/** Rejects at once when aborted; what is under way goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.finally(() => signal.removeEventListener('abort', abort)).then(resolve, reject);
  });
}

function unavailable(deadlineMs: number): XcError {
  const message = `BullMQ has not answered in ${deadlineMs} ms`;
  return new XcError('XC_QUEUE_UNAVAILABLE', message, { details: { deadlineMs }, retryable: true });
}

function unknownOutcome(deadlineMs: number, ids: readonly string[]): XcError {
  const message = `BullMQ has not answered in ${deadlineMs} ms: it may have been done`;
  return new XcError('XC_QUEUE_UNKNOWN_OUTCOME', message, { details: { deadlineMs, ids }, retryable: true });
}
