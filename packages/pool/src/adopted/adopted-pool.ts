import type { AcquireOptions } from '../acquire-options.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { DrainReport } from '../drain-report.ts';
import { checkDrain, type DrainOptions } from '../engine/drain-rules.ts';
import { oldestWait } from '../engine/oldest-wait.ts';
import { callable, duration, nonNegativeInteger, oneOf, refuseUnknown } from '../engine/option-rules.ts';
import { closedError } from '../engine/pool-errors.ts';
import { poolParts } from '../engine/pool-parts.ts';
import { poolSettings } from '../engine/settings.ts';
import { useLease } from '../engine/use-lease.ts';
import type { Lease } from '../lease.ts';
import type { LeaseInfo } from '../lease-info.ts';
import type { Pool } from '../pool.ts';
import type { PoolCapabilities } from '../pool-capabilities.ts';
import type { PoolEvent } from '../pool-event.ts';
import type { PoolFactory } from '../pool-factory.ts';
import type { PoolStats } from '../pool-stats.ts';
import { type AdoptOptions, adoptOptions } from './adopt-options.ts';
import { drainAdopted } from './adopted-drain.ts';
import { AdoptedLending } from './adopted-lending.ts';
import { warmAdopted } from './adopted-warm-up.ts';
import type { PeerPool } from './peer-pool.ts';
import { unsupportedError } from './unsupported-error.ts';

/** Sizes and idle checks are the other pool's; order, leases, pauses and generations are ours. */
const some: PoolCapabilities = Object.freeze({
  resize: false,
  pause: true,
  clear: true,
  priorities: true,
  keepalive: false,
  leak: true,
});

// Every error of a user closes the resource: a pool that is not ours does not say which are harmless.
const anyErrorBreaks: PoolFactory<never> = {
  create() {
    throw new TypeError('an adopted pool opens by itself');
  },
  destroy() {},
};

/** Our interface around a pool that is not ours. */
export class AdoptedPool<T> implements Pool<T> {
  readonly name: string;
  readonly capabilities = some;
  readonly #lending: AdoptedLending<T>;
  #drained: Promise<DrainReport> | undefined;

  constructor(peer: PeerPool<T>, options: AdoptOptions) {
    refuseUnknown(options, adoptOptions);
    const { acquireTimeoutMs = peer.acquireTimeoutMs ?? 30_000 } = options;
    const settings = poolSettings({ ...options, acquireTimeoutMs });
    this.name = settings.name;
    this.#lending = new AdoptedLending(peer, poolParts(settings));
  }

  acquire(options?: AcquireOptions): Promise<Lease<T>> {
    return this.#lending.acquire(options, this.acquire);
  }

  tryAcquire(options?: { readonly label?: string }): Lease<T> | undefined {
    return this.#lending.tryAcquire(options?.label, this.tryAcquire);
  }

  use<R>(fn: (resource: T, lease: Lease<T>) => R | PromiseLike<R>, options?: AcquireOptions): Promise<R> {
    try {
      callable('fn', fn);
    } catch (error) {
      return Promise.reject(error);
    }
    return useLease(this.#lending.acquire(options, this.use), fn, anyErrorBreaks as PoolFactory<T>, options?.signal);
  }

  async warm(
    options: { readonly count?: number; readonly deadlineMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<{ readonly opened: number; readonly tookMs: number }> {
    refuseUnknown(options, ['count', 'deadlineMs', 'signal']);
    const { supply, parts } = this.#lending;
    const { count = supply.peer.min, deadlineMs = parts.settings.acquireTimeoutMs, signal } = options;
    nonNegativeInteger('count', count);
    duration('deadlineMs', deadlineMs, 'allowed');
    signal?.throwIfAborted();
    if (!this.#lending.open) throw closedError(this.name);
    return warmAdopted(this.#lending, count, deadlineMs, signal);
  }

  resize(): never {
    throw unsupportedError(this.name, 'resize');
  }

  pause(): void {
    if (this.#lending.state === 'running') this.#turn('paused');
  }

  resume(): void {
    if (this.#lending.state === 'paused') this.#turn('running');
  }

  clear(options: { readonly lent?: 'on-return' | 'interrupt' } = {}): void {
    refuseUnknown(options, ['lent']);
    const lent = oneOf('lent', options.lent ?? 'on-return', ['on-return', 'interrupt']);
    const lending = this.#lending;
    if (!lending.open) return;
    const { supply, shelf, parts } = lending;
    const held = shelf.lent.toArray();
    supply.clear();
    parts.feed.tell({ type: 'cleared', at: lending.now, generation: supply.generation });
    for (const entry of lent === 'interrupt' ? held : []) {
      if (entry.state === 'lent') lending.take(entry, 'the pool was cleared');
    }
    lending.changed();
  }

  drain(options: DrainOptions = {}): Promise<DrainReport> {
    if (this.#drained !== undefined) return this.#drained;
    try {
      const { deadlineMs, signal } = checkDrain(options);
      this.#drained = drainAdopted(this.#lending, deadlineMs, signal);
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#drained;
  }

  stats(): PoolStats {
    return this.#lending.stats();
  }

  leases(): readonly LeaseInfo[] {
    return this.#lending.loans.info(this.#lending.now);
  }

  diagnose(): Diagnosis {
    return this.#lending.diagnose(this.#lending.now);
  }

  on(listener: (event: PoolEvent) => void): () => void {
    callable('listener', listener);
    return this.#lending.parts.feed.add(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  /** For the health probe. */
  get [oldestWait](): number | undefined {
    const { oldestSince } = this.#lending.room;
    return oldestSince === undefined ? undefined : this.#lending.now - oldestSince;
  }

  #turn(state: 'running' | 'paused'): void {
    const lending = this.#lending;
    lending.state = state;
    lending.parts.feed.tell({ type: state === 'paused' ? 'paused' : 'resumed', at: lending.now });
    lending.changed();
  }
}
