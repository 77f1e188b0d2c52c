import type { PeerAsk, PeerFigures, PeerPool } from '../adopted/peer-pool.ts';
import { lendNow } from './lend-now.ts';

/** A pool of generic-pool, as far as it is public. */
export interface AnyGenericPool<T> {
  readonly min: number;
  readonly max: number;
  readonly size: number;
  readonly available: number;
  readonly borrowed: number;
  /** Lends a resource. */
  acquire(priority?: number): PromiseLike<T>;
  /** Takes one back. */
  release(resource: T): PromiseLike<unknown>;
  /** Closes one that is lent. */
  destroy(resource: T): PromiseLike<unknown>;
  /** Lends no more, and waits for those that are lent. */
  drain(): PromiseLike<unknown>;
  /** Closes the idle ones. */
  clear(): PromiseLike<unknown>;
  /** Whether it is lent now. */
  isBorrowedResource(resource: T): boolean;
  /** Tells of creates that failed. */
  on(event: 'factoryCreateError', listener: (error: unknown) => void): unknown;
}

interface Pooled<T> {
  readonly obj: T;
}

interface Request<T> {
  readonly promise: PromiseLike<T>;
  reject(reason: Error): void;
}

/**
 * What generic-pool 3.x keeps to itself and has no public way to: to see and empty the list of idle ones, to take a request
 * out of the queue, to wait for a close. Where another version has no such member, there is just less that can be done.
 */
interface Internals<T> {
  readonly _draining?: boolean;
  readonly _config?: { readonly acquireTimeoutMillis?: number; readonly testOnBorrow?: boolean };
  readonly _availableObjects?: { readonly head?: Pooled<T>; shift(): Pooled<T> | undefined };
  readonly _waitingClientsQueue?: {
    readonly length: number;
    readonly _slots?: readonly { readonly tail?: Request<T> }[];
  };
  readonly _allObjects?: ReadonlySet<unknown>;
  readonly _factoryCreateOperations?: ReadonlySet<PromiseLike<unknown>>;
  readonly _factoryDestroyOperations?: ReadonlySet<PromiseLike<unknown>>;
  _destroy?(pooled: Pooled<T>): void;
  /** Of our own facade. */
  [lendNow]?(): { readonly resource: T } | undefined;
}

const ignored = () => {};

/** Requests that end by this name are taken out of the queue; any other would stay in it for ever. */
const withdrawn = () => Object.assign(new Error('no longer wanted'), { name: 'TimeoutError' });

/** generic-pool as a pool that can be given our interface. */
export class GenericPoolPeer<T> implements PeerPool<T> {
  readonly #pool: AnyGenericPool<T> & Internals<T>;

  constructor(pool: AnyGenericPool<T>) {
    this.#pool = pool;
  }

  get min(): number {
    return this.#pool.min;
  }

  get max(): number {
    return this.#pool.max;
  }

  get acquireTimeoutMs(): number | undefined {
    return this.#pool._config?.acquireTimeoutMillis ?? undefined;
  }

  get closed(): boolean {
    return this.#pool._draining === true;
  }

  figures(): PeerFigures {
    const { size, available, borrowed, _factoryCreateOperations, _factoryDestroyOperations } = this.#pool;
    const creating = _factoryCreateOperations?.size ?? 0;
    const closing = _factoryDestroyOperations?.size ?? 0;
    return { size: size - creating, idle: available, inUse: borrowed, creating, closing };
  }

  onCreateError(listener: (error: unknown) => void): void {
    this.#pool.on('factoryCreateError', listener);
  }

  ask(): PeerAsk<T> {
    const before = this.#lastRequest;
    let resource: PromiseLike<T>;
    try {
      resource = this.#pool.acquire();
    } catch (error) {
      // The factory threw: the request is in the queue, and would be given the next resource.
      if (this.#lastRequest !== before) this.#lastRequest?.reject(withdrawn());
      throw error;
    }
    const request = this.#lastRequest;
    const cancel = () => {
      if (request?.promise === resource) request.reject(withdrawn());
    };
    return { resource, cancel };
  }

  askNow(): { readonly resource: T } | undefined {
    if (this.#pool[lendNow] !== undefined) return this.#pool[lendNow]();
    const { _availableObjects, _waitingClientsQueue, _config } = this.#pool;
    const head = _availableObjects?.head;
    if (head === undefined || _config?.testOnBorrow !== false || _waitingClientsQueue?.length !== 0) return undefined;
    const asked = this.#pool.acquire();
    asked.then(ignored, ignored);
    if (this.#pool.isBorrowedResource(head.obj)) return { resource: head.obj };
    asked.then((resource) => this.giveBack(resource), ignored);
    return undefined;
  }

  giveBack(resource: T): void {
    this.#pool.release(resource).then(ignored, ignored);
  }

  async discard(resource: T): Promise<void> {
    const closing = this.#pool._factoryDestroyOperations;
    const before = new Set(closing);
    await this.#pool.destroy(resource);
    await Promise.allSettled([...(closing ?? [])].filter((operation) => !before.has(operation)));
  }

  async closeIdle(): Promise<void> {
    const { _availableObjects } = this.#pool;
    if (_availableObjects === undefined || this.#pool._destroy === undefined) {
      await this.#pool.clear();
      return;
    }
    // Its own `clear` closes them and leaves them in the list, to be lent once more.
    for (let idle = _availableObjects.shift(); idle !== undefined; idle = _availableObjects.shift()) {
      try {
        this.#pool._destroy(idle);
      } catch {
        // A factory that throws would leave the rest open.
      }
    }
  }

  async end(): Promise<void> {
    const pool = this.#pool;
    await pool.drain();
    await Promise.allSettled([...(pool._factoryCreateOperations ?? [])]);
    await this.closeIdle();
    await Promise.allSettled([...(pool._factoryDestroyOperations ?? [])]);
  }

  /** The youngest of those that wait at the level that we ask at. */
  get #lastRequest(): Request<T> | undefined {
    return this.#pool._waitingClientsQueue?._slots?.[0]?.tail;
  }
}
