import type { AcquireOptions } from '../acquire-options.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { DrainReport } from '../drain-report.ts';
import type { Lease } from '../lease.ts';
import type { LeaseInfo } from '../lease-info.ts';
import type { Pool } from '../pool.ts';
import type { PoolCapabilities } from '../pool-capabilities.ts';
import type { PoolEvent } from '../pool-event.ts';
import type { PoolFactory } from '../pool-factory.ts';
import type { PoolStats } from '../pool-stats.ts';
import { AdaptiveLimit } from './adaptive-limit.ts';
import { setLimit, startGeneration, turn } from './controls.ts';
import { Drain } from './drain.ts';
import { checkDrain, type DrainOptions } from './drain-rules.ts';
import { oldestWait } from './oldest-wait.ts';
import {
  abortSignal,
  callable,
  duration,
  nonNegativeInteger,
  oneOf,
  positiveInteger,
  refuseUnknown,
} from './option-rules.ts';
import type { PoolEngine } from './pool-engine.ts';
import { closedError } from './pool-errors.ts';
import { diagnosePool, statsOf } from './pool-report.ts';
import { checkSize } from './settings.ts';
import { useFrom } from './use-from.ts';
import { useLease } from './use-lease.ts';
import { type Warmed, WarmUps } from './warm-ups.ts';

const allOfThem: PoolCapabilities = Object.freeze({
  resize: true,
  pause: true,
  clear: true,
  priorities: true,
  keepalive: true,
  leak: true,
});

/** The pool that users see: checks what they ask, and hands it to the engine. */
export class OpenPool<T> implements Pool<T> {
  readonly name: string;
  readonly capabilities = allOfThem;
  readonly #engine: PoolEngine<T>;
  readonly #factory: PoolFactory<T>;
  readonly #warmUps: WarmUps<T>;
  readonly #adaptive: AdaptiveLimit<T> | undefined;
  #drain: Drain<T> | undefined;

  constructor(factory: PoolFactory<T>, engine: PoolEngine<T>) {
    const { adaptive, name } = engine.parts.settings;
    this.name = name;
    this.#factory = factory;
    this.#engine = engine;
    this.#warmUps = new WarmUps(engine);
    if (adaptive !== undefined) this.#adaptive = new AdaptiveLimit(engine, adaptive);
  }

  acquire(options?: AcquireOptions): Promise<Lease<T>> {
    return this.#engine.acquire(options, this.acquire);
  }

  tryAcquire(options?: { readonly label?: string }): Lease<T> | undefined {
    return this.#engine.tryAcquire(options?.label, this.tryAcquire);
  }

  use<R>(fn: (resource: T, lease: Lease<T>) => R | PromiseLike<R>, options?: AcquireOptions): Promise<R> {
    return this[useFrom](fn, options, this.use);
  }

  /** For what of ours stands between the caller and `use`. */
  [useFrom]<R>(
    fn: (resource: T, lease: Lease<T>) => R | PromiseLike<R>,
    options: AcquireOptions | undefined,
    boundary: (...args: never[]) => unknown,
  ): Promise<R> {
    try {
      callable('fn', fn);
    } catch (error) {
      return Promise.reject(error);
    }
    return useLease(this.#engine.acquire(options, boundary), fn, this.#factory, options?.signal);
  }

  async warm(
    options: { readonly count?: number; readonly deadlineMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<Warmed> {
    refuseUnknown(options, ['count', 'deadlineMs', 'signal']);
    const { acquireTimeoutMs, name } = this.#engine.parts.settings;
    const { count = this.#engine.supply.min, deadlineMs = acquireTimeoutMs, signal } = options;
    nonNegativeInteger('count', count);
    duration('deadlineMs', deadlineMs, 'allowed');
    if (signal !== undefined) abortSignal('signal', signal);
    if (!this.#engine.open) throw closedError(name);
    return this.#warmUps.start(count, deadlineMs, signal);
  }

  resize(size: { readonly min?: number; readonly max?: number }): void {
    refuseUnknown(size, ['min', 'max'], 'size');
    const { supply, open } = this.#engine;
    const { min = supply.min, max = supply.max } = size;
    nonNegativeInteger('min', min);
    positiveInteger('max', max);
    checkSize(min, max);
    if (!open) throw closedError(this.name);
    supply.min = min;
    supply.max = max;
    setLimit(this.#engine, this.#adaptive?.within(supply.limit) ?? max, 'resize');
  }

  pause(): void {
    if (this.#engine.state === 'running') turn(this.#engine, 'paused');
  }

  resume(): void {
    if (this.#engine.state === 'paused') turn(this.#engine, 'running');
  }

  clear(options: { readonly lent?: 'on-return' | 'interrupt' } = {}): void {
    refuseUnknown(options, ['lent']);
    const lent = oneOf('lent', options.lent ?? 'on-return', ['on-return', 'interrupt']);
    if (this.#engine.open) startGeneration(this.#engine, lent === 'interrupt');
  }

  drain(options: DrainOptions = {}): Promise<DrainReport> {
    if (this.#drain !== undefined) return this.#drain.done;
    try {
      const { deadlineMs, signal } = checkDrain(options);
      this.#drain = new Drain(this.#engine, deadlineMs, signal);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#drain.begin();
    return this.#drain.done;
  }

  stats(): PoolStats {
    return statsOf(this.#engine);
  }

  leases(): readonly LeaseInfo[] {
    return this.#engine.loans.info(this.#engine.parts.settings.clock.monotonic());
  }

  diagnose(): Diagnosis {
    return diagnosePool(this.#engine, this.#engine.parts.settings.clock.monotonic());
  }

  on(listener: (event: PoolEvent) => void): () => void {
    callable('listener', listener);
    return this.#engine.parts.feed.add(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  /** For the health probe. */
  get [oldestWait](): number | undefined {
    const { oldestSince } = this.#engine.room;
    return oldestSince === undefined ? undefined : this.#engine.parts.settings.clock.monotonic() - oldestSince;
  }
}
