import type { PeerAsk, PeerFigures, PeerPool } from '../adopted/peer-pool.ts';

/** A request to tarn. */
export interface TarnRequest<T> {
  readonly promise: PromiseLike<T>;
  /** Gives up waiting. */
  abort(): void;
}

/** A pool of tarn, as far as it is public. */
export interface AnyTarnPool<T> {
  /** Asks for a resource. */
  acquire(): TarnRequest<T>;
  /** Takes one back; false when it was not lent. */
  release(resource: T): boolean;
  /** Closes everything. */
  destroy(): PromiseLike<unknown>;
  /** How many are lent. */
  numUsed(): number;
  /** How many are idle. */
  numFree(): number;
  /** How many wait. */
  numPendingAcquires(): number;
  /** How many are being opened. */
  numPendingCreates(): number;
  /** Tells of creates that failed. */
  on(event: 'createFail', listener: (eventId: number, error: Error) => void): void;
}

interface Kept<T> {
  readonly resource: T;
  resolve(): Kept<T>;
}

/**
 * What tarn 3.x keeps to itself and has no public way to: to close one resource, to lend at once, to say its size. Where another
 * version has no such member, there is just less that can be done.
 */
interface Internals<T> {
  readonly min?: number;
  readonly max?: number;
  readonly destroyed?: boolean;
  readonly acquireTimeoutMillis?: number;
  readonly used?: Kept<T>[];
  readonly free?: Kept<T>[];
  readonly pendingDestroys?: readonly unknown[];
  _destroy?(resource: T): PromiseLike<unknown>;
  _startReaping?(): void;
  _tryAcquireOrCreate?(): void;
}

/** tarn as a pool that can be given our interface. */
export class TarnPeer<T> implements PeerPool<T> {
  readonly #pool: AnyTarnPool<T> & Internals<T>;

  constructor(pool: AnyTarnPool<T>) {
    this.#pool = pool;
  }

  get min(): number {
    return this.#pool.min ?? 0;
  }

  get max(): number {
    return this.#pool.max ?? Number.MAX_SAFE_INTEGER;
  }

  get acquireTimeoutMs(): number | undefined {
    return this.#pool.acquireTimeoutMillis;
  }

  get closed(): boolean {
    return this.#pool.destroyed === true;
  }

  figures(): PeerFigures {
    const pool = this.#pool;
    const idle = pool.numFree();
    const inUse = pool.numUsed();
    const closing = pool.pendingDestroys?.length ?? 0;
    return { size: idle + inUse, idle, inUse, creating: pool.numPendingCreates(), closing };
  }

  onCreateError(listener: (error: unknown) => void): void {
    this.#pool.on('createFail', (_eventId, error) => listener(error));
  }

  ask(): PeerAsk<T> {
    const request = this.#pool.acquire();
    return { resource: request.promise, cancel: () => request.abort() };
  }

  askNow(): { readonly resource: T } | undefined {
    const { free, used, destroyed } = this.#pool;
    if (destroyed || used === undefined || this.#pool.numPendingAcquires() > 0) return undefined;
    const ready = free?.pop();
    if (ready === undefined) return undefined;
    used.push(ready);
    this.#pool._startReaping?.();
    return { resource: ready.resource };
  }

  giveBack(resource: T): void {
    this.#pool.release(resource);
  }

  async discard(resource: T): Promise<void> {
    const pool = this.#pool;
    const at = pool.used?.findIndex((kept) => kept.resource === resource) ?? -1;
    if (at < 0 || pool._destroy === undefined) {
      // The best that is left: its own validation is the only one that may refuse it.
      pool.release(resource);
      return;
    }
    pool.used?.splice(at, 1)[0]?.resolve();
    await pool._destroy(resource);
    pool._tryAcquireOrCreate?.();
  }

  closeIdle(): void {
    for (const kept of this.#pool.free?.splice(0) ?? []) {
      kept.resolve();
      void this.#pool._destroy?.(kept.resource);
    }
  }

  async end(): Promise<void> {
    await this.#pool.destroy();
  }
}
