import { isXcError } from '@xc/core';
import { currentContext } from '@xc/core/context';
import type { AcquireOptions } from '../acquire-options.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { EndReason } from '../end-reason.ts';
import { checkAcquire } from '../engine/acquire-rules.ts';
import { diagnosisOf } from '../engine/diagnose.ts';
import type { Entry } from '../engine/entry.ts';
import { LeakWatch } from '../engine/leak-watch.ts';
import { LoadMeter } from '../engine/load-meter.ts';
import { infoOf, Loans } from '../engine/loans.ts';
import { closedError, createError, lostError } from '../engine/pool-errors.ts';
import type { PoolLease } from '../engine/pool-lease.ts';
import type { PoolParts } from '../engine/pool-parts.ts';
import { Shelf } from '../engine/shelf.ts';
import { stackAbove, type Trace } from '../engine/stack-trace.ts';
import type { Waiter } from '../engine/waiter.ts';
import { WaitingRoom } from '../engine/waiting-room.ts';
import type { Lease } from '../lease.ts';
import type { PoolStats } from '../pool-stats.ts';
import type { PeerPool } from './peer-pool.ts';
import { PeerSupply } from './peer-supply.ts';

const usualLeakAfterMs = 60_000;
const fewLoans = 10;

/** Lends what another pool has, by leases and in an order of our own. */
export class AdoptedLending<T> {
  state: PoolStats['state'] = 'running';
  leakCount = 0;
  readonly parts: PoolParts;
  readonly supply: PeerSupply<T>;
  readonly loans: Loans<T>;
  readonly room: WaitingRoom<T>;
  readonly shelf: Shelf<T>;
  /** Hears of every loan that ends. */
  returned: (() => void) | undefined;
  readonly #load: LoadMeter;
  readonly #leaks: LeakWatch<T> | undefined;

  constructor(peer: PeerPool<T>, parts: PoolParts) {
    const { settings, agenda, metrics, feed } = parts;
    const { name, clock, logger, leak, onEvent } = settings;
    this.parts = parts;
    if (onEvent !== undefined) feed.add(onEvent);
    this.#load = new LoadMeter(clock.monotonic());
    this.shelf = new Shelf(metrics);
    this.supply = new PeerSupply(peer, parts, this.shelf, this);
    this.loans = new Loans({ name, clock, shelf: this.shelf, load: this.#load, metrics, feed }, this);
    if (leak !== undefined) {
      this.#leaks = new LeakWatch(name, leak, agenda, this.shelf.lent, this, logger);
      this.loans.leaks = this.#leaks;
    }
    this.room = new WaitingRoom(settings, agenda, metrics, feed, this);
  }

  get now(): number {
    return this.parts.settings.clock.monotonic();
  }

  get open(): boolean {
    return (this.state === 'running' || this.state === 'paused') && !this.supply.peer.closed;
  }

  acquire(options: AcquireOptions | undefined, boundary: (...args: never[]) => unknown): Promise<PoolLease<T>> {
    const { settings } = this.parts;
    try {
      if (options !== undefined) checkAcquire(options, settings.priorities);
      options?.signal?.throwIfAborted();
    } catch (error) {
      return Promise.reject(error);
    }
    const now = this.now;
    const trace = this.#begin(now, boundary);
    const refusal = this.#refusal(now);
    if (refusal !== undefined) return Promise.reject(refusal);
    const { priority = settings.priorities >> 1, label, signal, timeoutMs = Number.POSITIVE_INFINITY } = options ?? {};
    const dueAt = now + Math.min(timeoutMs, settings.acquireTimeoutMs);
    const ambient = currentContext()?.deadline ?? dueAt;
    return this.room.enter(priority, now, Math.min(dueAt, ambient), { signal, label, trace }) as Promise<PoolLease<T>>;
  }

  tryAcquire(label: string | undefined, boundary: (...args: never[]) => unknown): Lease<T> | undefined {
    if (this.state !== 'running' || this.room.size > 0 || !this.open) return undefined;
    const entry = this.supply.fetchNow();
    if (entry === undefined) return undefined;
    const now = this.now;
    const lease = this.loans.begin(entry, now, label, this.#begin(now, boundary));
    this.loans.announce(entry, now, 0);
    return lease;
  }

  /** Asks for as many as wait. */
  pump(now: number): void {
    const { name } = this.parts.settings;
    if (this.supply.peer.closed) this.room.clear('closed', () => closedError(name), now);
    else if (this.state === 'running') this.supply.fetch(this.room.size, now);
  }

  changed(): void {
    this.pump(this.now);
    this.returned?.();
  }

  arrived(now: number): void {
    this.pump(now);
  }

  got(entry: Entry<T>): void {
    const now = this.now;
    const waiter = this.state === 'running' ? this.room.next(now) : undefined;
    if (waiter === undefined) this.supply.giveBack(entry);
    else this.#handOver(entry, waiter, now);
  }

  denied(error: unknown): void {
    const { name } = this.parts.settings;
    const now = this.now;
    const waiter = this.room.next(now);
    if (waiter === undefined) return;
    const { reject } = waiter;
    waiter.settle();
    const closed = this.supply.peer.closed || isXcError(error, 'XC_POOL_CLOSED');
    this.room.note(closed ? 'closed' : 'create', now - waiter.since, now);
    reject?.(closed ? closedError(name) : createError(name, error, this.supply.retryInMs(now)));
  }

  createFailed(error: unknown, hopeless: boolean): void {
    const now = this.now;
    const retryInMs = this.supply.retryInMs(now);
    if (hopeless) this.room.clear('create', () => createError(this.parts.settings.name, error, retryInMs), now);
  }

  cameBack(entry: Entry<T>, now: number): void {
    const closes = entry.leakReported && this.parts.settings.leak?.action === 'close-on-return';
    if (closes || entry.generation !== this.supply.generation) this.supply.discard(entry);
    else this.supply.giveBack(entry);
    this.pump(now);
    this.returned?.();
  }

  close(entry: Entry<T>, _reason: EndReason): void {
    this.supply.discard(entry);
    this.changed();
  }

  /** Takes a lent resource from its borrower and closes it. */
  take(entry: Entry<T>, why: string): void {
    this.loans.take(entry, lostError(this.parts.settings.name, entry.id, why));
    this.close(entry, 'caller');
  }

  handedBack(entry: Entry<T>): void {
    if (entry.state !== 'lent') return;
    this.loans.undo(entry);
    this.got(entry);
  }

  leaked(entry: Entry<T>, heldMs: number, now: number): void {
    const { feed, settings } = this.parts;
    this.leakCount++;
    const { id, label, stack } = infoOf(entry, now);
    feed.tell({ type: 'leak', at: now, id, label, heldMs, stack });
    if (settings.leak?.action === 'reclaim' && entry.state === 'lent') this.take(entry, 'it was not returned');
  }

  collected(entry: Entry<T>, serial: number): void {
    if (entry.serial !== serial || entry.state !== 'lent') return;
    if (!entry.leakReported) this.#leaks?.report(entry, this.now - entry.lentAt, this.now);
    if (entry.state === 'lent') this.take(entry, 'its lease was forgotten');
  }

  diagnoseWait(waiter: Waiter<T>, now: number, stalled: boolean): Diagnosis {
    return this.diagnose(now, now - waiter.since, stalled);
  }

  diagnose(now: number, waited?: number, stalled = false): Diagnosis {
    const { supply, room } = this;
    const load = this.#load;
    const { oldestSince } = room;
    const waitedMs = waited ?? (oldestSince === undefined ? undefined : now - oldestSince);
    return diagnosisOf({
      stats: this.stats(),
      leases: this.loans.info(now),
      load: load.recent(now),
      usualMs: load.usage.total < fewLoans ? undefined : load.usage.at(0.95),
      leakAfterMs: this.parts.settings.leak?.afterMs ?? usualLeakAfterMs,
      waitedMs,
      sinceReturnMs: waited === undefined ? 0 : now - load.lastReturnAt,
      openingForMs: supply.openingSince === undefined ? undefined : now - supply.openingSince,
      failing: supply.failing,
      lastCreateError: supply.lastCreateError,
      stalled,
    });
  }

  /** What the other pool says of itself, and what we know of our own loans. */
  stats(): PoolStats {
    const { supply, loans, room, leakCount } = this;
    const { min, max } = supply.peer;
    return {
      state: this.state,
      generation: supply.generation,
      ...supply.peer.figures(),
      waiting: room.size,
      min,
      max,
      limit: max,
      acquired: loans.acquired,
      created: supply.seen,
      closed: supply.closed,
      timeouts: room.timeouts,
      createFailures: supply.createFailures,
      leaks: leakCount,
      misuse: loans.misuse,
    };
  }

  #begin(now: number, boundary: (...args: never[]) => unknown): Trace | undefined {
    const { feed } = this.parts;
    this.#load.arrived(now);
    if (feed.heard) feed.tell({ type: 'acquire-started', at: now });
    return this.#leaks !== undefined && now < this.#leaks.captureUntil ? stackAbove(boundary) : undefined;
  }

  #refusal(now: number): Error | undefined {
    const { name } = this.parts.settings;
    const { supply, room } = this;
    if (!this.open) {
      room.note('closed', 0, now);
      return closedError(name);
    }
    if (this.state === 'paused' || !supply.hopeless(now)) return undefined;
    room.note('create', 0, now);
    return createError(name, supply.lastCreateError, supply.retryInMs(now));
  }

  #handOver(entry: Entry<T>, waiter: Waiter<T>, now: number): void {
    const { ask, since } = waiter;
    const lease = this.loans.begin(entry, now, ask?.label, ask?.trace);
    const deliver = () => {
      const { resolve } = waiter;
      waiter.handed = undefined;
      waiter.settle();
      this.loans.announce(entry, now, now - since);
      resolve?.(lease);
    };
    if (ask?.signal === undefined) deliver();
    else {
      // Until the end of the turn its signal may still abort: then the resource goes on to the next.
      waiter.handed = entry;
      queueMicrotask(() => {
        if (waiter.handed !== undefined) deliver();
      });
    }
  }
}
