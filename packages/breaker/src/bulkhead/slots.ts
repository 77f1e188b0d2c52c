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
    // A slot that was freed in this very turn is theirs who waited then: who comes in by its end does not outrank them.
    if (this.#queue.size > 0) this.grantWaiting();
    if (this.#draining) applicant.refused('draining');
    else if (this.#free > this.#queue.size) this.#grant(applicant);
    else this.#enqueue(applicant);
  }

  /** A waiting call goes away. */
  leave(applicant: Applicant): void {
    this.#queue.remove(applicant);
    this.#metrics.queued.set(this.#queue.size);
  }

  /** A slot is free again; `grantWaiting` must follow. */
  release(): void {
    this.inFlight -= 1;
    this.#metrics.inFlight.set(this.inFlight);
    this.#metrics.limit.set(this.limit.current);
    if (this.#draining && this.inFlight === 0) for (const tell of this.#emptied.splice(0)) tell();
  }

  /**
   * Gives free slots to those who wait. A task that ends before `granted` returns frees its slot while we are in here: the
   * loop keeps the stack flat.
   */
  grantWaiting(): void {
    if (this.#granting) return;
    this.#granting = true;
    try {
      while (this.#queue.size > 0 && this.#free > 0) {
        const next = this.#queue.take();
        this.#metrics.queued.set(this.#queue.size);
        if (next !== undefined) this.#grant(next);
      }
    } finally {
      this.#granting = false;
    }
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

  get #free(): number {
    return this.limit.current - this.inFlight;
  }

  #grant(applicant: Applicant): void {
    this.inFlight += 1;
    this.#metrics.inFlight.set(this.inFlight);
    applicant.granted();
  }

  #enqueue(applicant: Applicant): void {
    // A slot that was freed in this very turn goes to the queue first, which is one place longer until then.
    const isFull = this.#queue.size >= this.#maxQueue + Math.max(0, this.#free);
    const displaced = isFull ? this.#queue.least : undefined;
    if (isFull && !(displaced !== undefined && displaced.priority < applicant.priority)) {
      applicant.refused('full');
      return;
    }
    if (displaced !== undefined) this.#queue.remove(displaced);
    this.#queue.add(applicant);
    this.#metrics.queued.set(this.#queue.size);
    applicant.queued();
    // Last: who is refused may apply again at once, and must find the queue full.
    displaced?.refused('displaced');
  }
}
