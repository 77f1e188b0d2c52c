import type { AcquireOptions } from '../acquire-options.ts';
import type { DrainReport } from '../drain-report.ts';
import { Agenda } from '../engine/agenda.ts';
import { checkDrain } from '../engine/drain-rules.ts';
import { callable, shown } from '../engine/option-rules.ts';
import { closedError, keysFullError } from '../engine/pool-errors.ts';
import { PoolMetrics } from '../engine/pool-metrics.ts';
import type { PoolParts } from '../engine/pool-parts.ts';
import type { PoolSettings } from '../engine/settings.ts';
import { useLease } from '../engine/use-lease.ts';
import type { Lease } from '../lease.ts';
import type { PoolFactory } from '../pool-factory.ts';
import type { PoolStats } from '../pool-stats.ts';
import { KeySlot } from './key-slot.ts';
import type { KeyedPool } from './keyed-pool.ts';
import { SharedRoom } from './shared-room.ts';

/** The caps over all keys, checked. */
export interface KeyedCaps {
  readonly maxTotal: number;
  readonly maxKeys: number;
  readonly keyIdleMs: number;
}

/** One pool a key, in one room, on one timer. */
export class OpenKeyedPool<T> implements KeyedPool<T> {
  readonly #factory: (key: string) => PoolFactory<T>;
  readonly #caps: KeyedCaps;
  readonly #parts: Omit<PoolParts, 'feed'>;
  readonly #room: SharedRoom;
  /** Least recently used first. */
  readonly #slots = new Map<string, KeySlot<T>>();
  #latest: KeySlot<T> | undefined;
  #drained: Promise<DrainReport> | undefined;

  constructor(factory: (key: string) => PoolFactory<T>, settings: PoolSettings, caps: KeyedCaps) {
    this.#factory = factory;
    this.#caps = caps;
    this.#room = new SharedRoom(caps.maxTotal);
    const { clock, meter, name } = settings;
    this.#parts = { settings, agenda: new Agenda(clock), metrics: new PoolMetrics(meter, name) };
  }

  acquire(key: string, options?: AcquireOptions): Promise<Lease<T>> {
    try {
      return this.#slotOf(key).engine.acquire(options, this.acquire);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  use<R>(key: string, fn: (resource: T, lease: Lease<T>) => R | PromiseLike<R>, options?: AcquireOptions): Promise<R> {
    try {
      callable('fn', fn);
      const { engine, factory } = this.#slotOf(key);
      return useLease(engine.acquire(options, this.use), fn, factory, options?.signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  stats(): { readonly keys: number; readonly total: number; readonly waiting: number } {
    let waiting = 0;
    for (const slot of this.#slots.values()) waiting += slot.waiting;
    return { keys: this.#slots.size, total: this.#room.taken, waiting };
  }

  statsOf(key: string): PoolStats | undefined {
    return this.#slots.get(key)?.pool.stats();
  }

  clear(key?: string): void {
    if (key !== undefined) this.#slots.get(key)?.pool.clear();
    else for (const { pool } of this.#slots.values()) pool.clear();
  }

  drain(options: { readonly deadlineMs?: number } = {}): Promise<DrainReport> {
    try {
      checkDrain(options);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#drained ??= this.#drainAll(options);
    return this.#drained;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  async #drainAll(options: { readonly deadlineMs?: number }): Promise<DrainReport> {
    const { clock } = this.#parts.settings;
    const startedAt = clock.monotonic();
    const reports = await Promise.all([...this.#slots.values()].map(({ pool }) => pool.drain(options)));
    const sum = (of: (report: DrainReport) => number) => reports.reduce((total, report) => total + of(report), 0);
    return {
      clean: reports.every(({ clean }) => clean),
      returned: sum(({ returned }) => returned),
      forced: sum(({ forced }) => forced),
      rejected: sum(({ rejected }) => rejected),
      tookMs: clock.monotonic() - startedAt,
      abandoned: reports.flatMap(({ abandoned }) => abandoned),
    };
  }

  #slotOf(key: string): KeySlot<T> {
    if (typeof key !== 'string' || key === '') {
      throw new TypeError(`key must be a string that is not empty, got ${shown(key)}`);
    }
    const { clock, name } = this.#parts.settings;
    if (this.#drained !== undefined) throw closedError(name);
    const known = this.#slots.get(key);
    if (known !== undefined) {
      if (known !== this.#latest) this.#refresh(known);
      known.usedAt = clock.monotonic();
      return known;
    }
    if (this.#slots.size >= this.#caps.maxKeys) this.#forgetOne();
    const slot = new KeySlot(key, this.#factory(key), this.#parts, this.#room);
    this.#slots.set(key, slot);
    this.#latest = slot;
    this.#watch(slot, slot.usedAt);
    return slot;
  }

  #refresh(slot: KeySlot<T>): void {
    this.#slots.delete(slot.key);
    this.#slots.set(slot.key, slot);
    this.#latest = slot;
  }

  #watch(slot: KeySlot<T>, now: number): void {
    const { keyIdleMs } = this.#caps;
    const lookAt = Math.max(slot.lastUse, slot.unused ? slot.lastUse : now) + keyIdleMs;
    this.#parts.agenda.at(lookAt, (later) => {
      if (this.#slots.get(slot.key) !== slot) return;
      if (slot.unused && slot.lastUse + keyIdleMs <= later) this.#forget(slot);
      else this.#watch(slot, later);
    });
  }

  #forgetOne(): void {
    const { name } = this.#parts.settings;
    for (const slot of this.#slots.values()) {
      if (!slot.unused) continue;
      this.#forget(slot);
      return;
    }
    throw keysFullError(name, this.#caps.maxKeys);
  }

  #forget(slot: KeySlot<T>): void {
    this.#slots.delete(slot.key);
    void slot.pool.drain({ deadlineMs: 0 });
  }
}
