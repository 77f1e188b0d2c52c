import { isXcError } from '@xc/core';
import { callable, oneOf, shown } from '../engine/option-rules.ts';
import type { Lease } from '../lease.ts';
import type { Pool } from '../pool.ts';
import { knexTimeout } from './knex-timeout.ts';

type Listener = (...facts: never[]) => void;

/** The events of tarn that can be told from outside of a pool, and what they come with. */
export type KnexPoolEvent =
  | 'acquireRequest'
  | 'acquireSuccess'
  | 'acquireFail'
  | 'release'
  | 'poolDestroyRequest'
  | 'poolDestroySuccess';

/** A request for a connection. */
export interface KnexRequest<T> {
  readonly promise: Promise<T>;
  /** Gives up waiting. */
  abort(): void;
}

/** A pool of ours with the methods of tarn: what Knex takes as `client.pool`. */
export interface KnexPool<T> {
  /** Lends a connection. */
  acquire(): KnexRequest<T>;
  /** Takes a connection back; false when it is not lent through here. */
  release(connection: T): boolean;
  /** Drains the pool; never rejects. */
  destroy(): Promise<void>;
  /** How many are lent. */
  numUsed(): number;
  /** How many are idle. */
  numFree(): number;
  /** How many wait. */
  numPendingAcquires(): number;
  /** How many are looked at before they are lent. */
  numPendingValidations(): number;
  /** How many are being opened. */
  numPendingCreates(): number;
  /** Nothing is open and nobody waits. */
  isEmpty(): boolean;
  /**
   * Hears `acquireRequest (id)`, `acquireSuccess (id, connection)`, `acquireFail (id, error)`, `release (connection)`,
   * `poolDestroyRequest (id)` and `poolDestroySuccess (id)`.
   *
   * @throws TypeError for another event: of opening and closing, the pool itself tells with `onEvent`.
   */
  on(event: KnexPoolEvent, listener: Listener): void;
  /** Stops hearing. */
  removeListener(event: KnexPoolEvent, listener: Listener): void;
  /** Stops hearing one event, or all. */
  removeAllListeners(event?: KnexPoolEvent): void;
}

/** What Knex writes on a connection. */
interface Marked {
  /** Its name in logs and in the events of queries. */
  __knexUid?: string;
  /** Set when it must not be used again. */
  __knex__disposed?: unknown;
}

const events = [
  'acquireRequest',
  'acquireSuccess',
  'acquireFail',
  'release',
  'poolDestroyRequest',
  'poolDestroySuccess',
] as const satisfies readonly KnexPoolEvent[];

/**
 * Lets Knex use a pool of ours: put it in the place of `client.pool`, or hand it over as `connectionPool`. Connections that Knex
 * gave up on are closed when they come back, and a wait that is too long ends with the `KnexTimeoutError` that it would be,
 * whose `cause` says why.
 *
 * @param pool - Its resources are what the driver calls a connection; those of `pgFactory` and `mysqlFactory` fit.
 * @throws TypeError for what is no pool.
 *
 * @example
 * ```ts
 * const db = knex({ client: 'pg' });
 * db.client.pool = knexPool(createPool(pgFactory({ connectionString }), { max: 20 }));
 * ```
 */
export function knexPool<T extends object>(pool: Pool<T>): KnexPool<T> {
  if (typeof pool !== 'object' || pool === null) throw new TypeError(`pool must be an object, got ${shown(pool)}`);
  for (const member of ['acquire', 'drain', 'stats'] as const) callable(`pool.${member}`, pool[member]);
  return new TarnShaped(pool);
}

class TarnShaped<T extends object> implements KnexPool<T> {
  readonly #pool: Pool<T>;
  readonly #loans = new Map<T, Lease<T>>();
  readonly #listeners = new Map<KnexPoolEvent, Set<Listener>>();
  #lastEvent = 0;

  constructor(pool: Pool<T>) {
    this.#pool = pool;
  }

  acquire(): { readonly promise: Promise<T>; abort(): void } {
    const id = ++this.#lastEvent;
    const abort = new AbortController();
    this.#tell('acquireRequest', id);
    const promise = this.#lend(abort.signal).then(
      (connection) => {
        this.#tell('acquireSuccess', id, connection);
        return connection;
      },
      (error: unknown) => {
        this.#tell('acquireFail', id, error);
        throw error;
      },
    );
    return { promise, abort: () => abort.abort(new Error('aborted')) };
  }

  release(connection: T): boolean {
    const lease = this.#loans.get(connection);
    if (lease === undefined) return false;
    this.#loans.delete(connection);
    this.#tell('release', connection);
    if ((connection as Marked).__knex__disposed === undefined) lease.release();
    else void lease.destroy();
    return true;
  }

  async destroy(): Promise<void> {
    const id = ++this.#lastEvent;
    this.#tell('poolDestroyRequest', id);
    await this.#pool.drain();
    this.#tell('poolDestroySuccess', id);
    this.#listeners.clear();
  }

  numUsed(): number {
    return this.#pool.stats().inUse;
  }

  numFree(): number {
    return this.#pool.stats().idle;
  }

  numPendingAcquires(): number {
    return this.#pool.stats().waiting;
  }

  /** Those that are being checked or cleaned. */
  numPendingValidations(): number {
    const { size, idle, inUse } = this.#pool.stats();
    return size - idle - inUse;
  }

  numPendingCreates(): number {
    return this.#pool.stats().creating;
  }

  isEmpty(): boolean {
    const { size, waiting, creating } = this.#pool.stats();
    return size + waiting + creating === 0;
  }

  on(event: KnexPoolEvent, listener: Listener): void {
    oneOf('event', event, events);
    callable('listener', listener);
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  removeListener(event: KnexPoolEvent, listener: Listener): void {
    this.#listeners.get(event)?.delete(listener);
  }

  removeAllListeners(event?: KnexPoolEvent): void {
    if (event === undefined) this.#listeners.clear();
    else this.#listeners.delete(event);
  }

  async #lend(signal: AbortSignal): Promise<T> {
    try {
      const lease = await this.#pool.acquire({ signal });
      const connection: T & Marked = lease.value;
      connection.__knexUid ??= `__knexUid${lease.id}`;
      this.#loans.set(connection, lease);
      return connection;
    } catch (error) {
      throw isXcError(error, 'XC_POOL_TIMEOUT') ? await knexTimeout(error) : error;
    }
  }

  /** As in tarn, a listener that throws harms nobody. */
  #tell(event: KnexPoolEvent, ...facts: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        listener(...(facts as never[]));
      } catch {}
    }
  }
}
