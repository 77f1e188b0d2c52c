import { EventEmitter } from 'node:events';
import type { Entry } from '../engine/entry.ts';
import type { Onlooker } from '../engine/onlooker.ts';
import { callable } from '../engine/option-rules.ts';
import { PoolEngine } from '../engine/pool-engine.ts';
import type { PoolLease } from '../engine/pool-lease.ts';
import { poolParts } from '../engine/pool-parts.ts';
import { Evictor } from './evictor.ts';
import { drainingError, facadeError, notLentError, tooManyWaitError } from './facade-error.ts';
import type { Factory, GenericPool } from './generic-pool.ts';
import type { FacadeSettings } from './generic-pool-options.ts';
import { lendNow } from './lend-now.ts';
import { toldFactory } from './told-factory.ts';

/** Lends by resource instead of by lease, which is all that the interface of generic-pool has room for. */
export class FacadePool<T> extends EventEmitter implements GenericPool<T> {
  readonly #engine: PoolEngine<T>;
  readonly #evictor: Evictor<T>;
  readonly #settings: FacadeSettings;
  readonly #loans = new Map<T, PoolLease<T>>();
  /** Borrowers whose `acquire` has not settled. */
  #asking = 0;
  #started = false;
  #draining = false;
  readonly #atRest = new Set<() => void>();

  constructor(factory: Factory<T>, settings: FacadeSettings) {
    super();
    const { pool, tests, destroyTimeoutMs, autostart } = settings;
    const told = toldFactory(factory, {
      clock: pool.clock,
      tests,
      destroyTimeoutMs,
      destroyFailed: (error) => this.emit('factoryDestroyError', error),
    });
    this.#settings = settings;
    this.#engine = new PoolEngine(told, poolParts(pool));
    this.#engine.parts.feed.add((event) => {
      if (event.type === 'create-failed') this.emit('factoryCreateError', event.error);
    });
    this.#evictor = new Evictor(this.#engine.supply, settings.eviction, pool.clock);
    if (autostart) this.start();
  }

  get max(): number {
    return this.#settings.pool.max;
  }

  get min(): number {
    return this.#settings.pool.min;
  }

  get size(): number {
    const { shelf } = this.#engine.supply;
    return shelf.size + shelf.creating;
  }

  get available(): number {
    return this.#engine.supply.shelf.idle.size;
  }

  get borrowed(): number {
    return this.#engine.supply.shelf.lent.size;
  }

  get pending(): number {
    return this.#engine.room.size;
  }

  get spareResourceCapacity(): number {
    return this.max - this.#engine.supply.shelf.live;
  }

  start(): void {
    if (this.#draining || this.#started) return;
    this.#started = true;
    this.#evictor.start();
    this.#engine.wake();
  }

  async acquire(priority?: number): Promise<T> {
    const { name, priorities } = this.#settings.pool;
    this.start();
    if (this.#draining) throw drainingError(name);
    const { maxWaiting } = this.#settings;
    const waits = this.spareResourceCapacity < 1 && this.available < 1;
    if (waits && this.pending >= maxWaiting) throw tooManyWaitError(name, maxWaiting);
    this.#asking++;
    try {
      const level = levelOf(priority, priorities);
      // The level that the engine takes by itself needs no options, which it would have to look through.
      const asked = level === priorities >> 1 ? undefined : { priority: level };
      const lease = await this.#engine.acquire(asked, this.acquire);
      this.#loans.set(lease.value, lease);
      return lease.value;
    } catch (error) {
      throw facadeError(error);
    } finally {
      this.#asking--;
      this.#mayRest();
    }
  }

  /** For `fromGenericPool`. */
  [lendNow](): { readonly resource: T } | undefined {
    const lease = this.#draining ? undefined : this.#engine.tryAcquire(undefined, this[lendNow]);
    if (lease === undefined) return undefined;
    this.#loans.set(lease.value, lease);
    return { resource: lease.value };
  }

  async release(resource: T): Promise<void> {
    this.#takeBack(resource).release();
    this.#mayRest();
  }

  async destroy(resource: T): Promise<void> {
    this.#takeBack(resource).close('caller');
    this.#mayRest();
  }

  async use<R>(fn: (resource: T) => R | PromiseLike<R>, priority?: number): Promise<R> {
    callable('fn', fn);
    const resource = await this.acquire(priority);
    try {
      const result = await fn(resource);
      if (this.#loans.has(resource)) await this.release(resource);
      return result;
    } catch (error) {
      if (this.#loans.has(resource)) await this.destroy(resource);
      throw error;
    }
  }

  isBorrowedResource(resource: T): boolean {
    return this.#loans.has(resource);
  }

  async drain(): Promise<void> {
    this.#draining = true;
    // From here on nothing is opened but for who waits.
    this.#engine.supply.min = 0;
    await new Promise<void>((resolve) => {
      this.#atRest.add(resolve);
      this.#mayRest();
    });
    this.#evictor.stop();
  }

  async clear(): Promise<void> {
    const { supply } = this.#engine;
    const { shelf } = supply;
    await this.#until(() => shelf.creating === 0);
    const closing = shelf.idle.toArray();
    supply.evictAll('stale');
    await this.#until(() => closing.every(isClosed));
  }

  ready(): Promise<void> {
    return this.#until(() => this.available >= this.min);
  }

  #takeBack(resource: T): PoolLease<T> {
    const lease = this.#loans.get(resource);
    if (lease === undefined) throw notLentError(this.#settings.pool.name);
    this.#loans.delete(resource);
    return lease;
  }

  #mayRest(): void {
    if (this.#asking > 0 || this.#loans.size > 0) return;
    for (const rest of this.#atRest) rest();
    this.#atRest.clear();
  }

  /** Resolves as soon as it holds; looks whenever something was opened, lent, returned or closed. */
  #until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const { onlookers } = this.#engine;
      const onlooker: Onlooker = {
        changed() {
          if (!holds()) return;
          onlookers.delete(onlooker);
          resolve();
        },
      };
      onlookers.add(onlooker);
    });
  }
}

const isClosed = ({ state }: Entry<unknown>): boolean => state === 'closed';

/** None is 0; what is out of range comes last. */
function levelOf(priority: unknown, levels: number): number {
  const level = Math.trunc(Number(priority ?? 0)) || 0;
  return level < 0 || level >= levels ? levels - 1 : level;
}
