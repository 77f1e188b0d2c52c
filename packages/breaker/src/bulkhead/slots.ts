import type { ConcurrencyLimit } from '../limits/concurrency-limit.ts';
import type { BulkheadMetrics } from './bulkhead-metrics.ts';
import { type Queued, WaitQueue } from './wait-queue.ts';

/** A call that wants a slot. */
export interface Applicant extends Queued<Applicant> {
  /** It has a slot. */
  granted(): void;
  /** It has a place in the queue. */
  queued(): void;
  /** It has neither, or no longer. */
  refused(reason: 'full' | 'displaced' | 'draining'): void;
}

/** The slots of a bulkhead and the queue for them. */
export class Slots {
  inFlight = 0;
  readonly limit: ConcurrencyLimit;
  readonly #queue: WaitQueue<Applicant>;
  readonly #maxQueue: number;
  readonly #metrics: BulkheadMetrics;
  readonly #emptied: (() => void)[] = [];
  #draining = false;
  #granting = false;

  constructor(limit: ConcurrencyLimit, maxQueue: number, order: 'fifo' | 'lifo', metrics: BulkheadMetrics) {
    this.limit = limit;
    this.#queue = new WaitQueue(order);
    this.#maxQueue = maxQueue;
    this.#metrics = metrics;
    metrics.limit.set(limit.current);
  }

  get queued(): number {
    return this.#queue.size;
  }

  apply(applicant: Applicant): void {
    if (this.#draining) applicant.refused('draining');
    else if (this.inFlight < this.limit.current) this.#grant(applicant);
    else this.#enqueue(applicant);
  }

  /** A waiting call goes away. */
  leave(applicant: Applicant): void {
    this.#queue.remove(applicant);
    this.#metrics.queued.set(this.#queue.size);
  }

  /** A slot is free again. */
  release(): void {
    this.inFlight -= 1;
    this.#metrics.inFlight.set(this.inFlight);
    this.#metrics.limit.set(this.limit.current);
    this.#grantWaiting();
    if (this.#draining && this.inFlight === 0) for (const tell of this.#emptied.splice(0)) tell();
  }

  /** Refuses everybody from now on, and resolves when the last slot is free. */
  drain(signal: AbortSignal | undefined): Promise<void> {
    this.#draining = true;
    for (let waiter = this.#queue.take(); waiter !== undefined; waiter = this.#queue.take()) waiter.refused('draining');
    this.#metrics.queued.set(0);
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.inFlight === 0) {
        resolve();
        return;
      }
      const abort = () => {
        this.#emptied.splice(this.#emptied.indexOf(emptied), 1);
        signal?.removeEventListener('abort', abort);
        reject(signal?.reason);
      };
      const emptied = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      this.#emptied.push(emptied);
      signal?.addEventListener('abort', abort);
    });
  }

  #grant(applicant: Applicant): void {
    this.inFlight += 1;
    this.#metrics.inFlight.set(this.inFlight);
    applicant.granted();
  }

  #enqueue(applicant: Applicant): void {
    if (this.#queue.size >= this.#maxQueue) {
      const { least } = this.#queue;
      if (least === undefined || least.priority >= applicant.priority) {
        applicant.refused('full');
        return;
      }
      this.#queue.remove(least);
      least.refused('displaced');
    }
    this.#queue.add(applicant);
    this.#metrics.queued.set(this.#queue.size);
    applicant.queued();
  }

  // A task that ends before `granted` returns frees its slot while we are in here: the loop keeps the stack flat.
  #grantWaiting(): void {
    if (this.#granting) return;
    this.#granting = true;
    try {
      while (this.#queue.size > 0 && this.inFlight < this.limit.current) {
        const next = this.#queue.take();
        this.#metrics.queued.set(this.#queue.size);
        if (next !== undefined) this.#grant(next);
      }
    } finally {
      this.#granting = false;
    }
  }
}
