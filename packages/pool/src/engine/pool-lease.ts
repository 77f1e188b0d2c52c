import type { EndReason } from '../end-reason.ts';
import type { Lease } from '../lease.ts';
import type { Entry } from './entry.ts';

/** What a lease asks of its pool. */
export interface LeaseOwner<T> {
  release(entry: Entry<T>, serial: number): void;
  close(entry: Entry<T>, serial: number, reason: EndReason): void;
  destroy(entry: Entry<T>, serial: number): Promise<void>;
  signal(entry: Entry<T>, serial: number): AbortSignal;
  /** Counts the misuse and gives the error to throw. */
  usedAfterEnd(entry: Entry<T>, serial: number): Error;
}

/** A number that must match what the entry says: so an old lease can touch nobody else's loan. */
export class PoolLease<T> implements Lease<T> {
  readonly #owner: LeaseOwner<T>;
  readonly #entry: Entry<T>;
  readonly #serial: number;

  constructor(owner: LeaseOwner<T>, entry: Entry<T>) {
    this.#owner = owner;
    this.#entry = entry;
    this.#serial = entry.serial;
  }

  get value(): T {
    if (this.#entry.serial !== this.#serial) throw this.#owner.usedAfterEnd(this.#entry, this.#serial);
    return this.#entry.resource;
  }

  get id(): number {
    return this.#entry.id;
  }

  get ended(): boolean {
    return this.#entry.serial !== this.#serial;
  }

  get signal(): AbortSignal {
    return this.#owner.signal(this.#entry, this.#serial);
  }

  release(): void {
    this.#owner.release(this.#entry, this.#serial);
  }

  destroy(): Promise<void> {
    return this.#owner.destroy(this.#entry, this.#serial);
  }

  /** Closes the resource for a reason of the pool's own. */
  close(reason: EndReason): void {
    this.#owner.close(this.#entry, this.#serial, reason);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}
