import { currentContext } from '@xc/core/context';
import type { AcquireOptions } from '../acquire-options.ts';
import type { Diagnosis } from '../diagnosis.ts';
import type { EndReason } from '../end-reason.ts';
import type { Lease } from '../lease.ts';
import type { PoolFactory } from '../pool-factory.ts';
import type { PoolStats } from '../pool-stats.ts';
import { checkAcquire } from './acquire-rules.ts';
import type { Entry } from './entry.ts';
import { LeakDesk } from './leak-desk.ts';
import type { LeakWatch } from './leak-watch.ts';
import { LoadMeter } from './load-meter.ts';
import { Loans } from './loans.ts';
import type { Onlooker } from './onlooker.ts';
import { createError, lostError } from './pool-errors.ts';
import type { PoolLease } from './pool-lease.ts';
import type { PoolParts } from './pool-parts.ts';
import { diagnosePool } from './pool-report.ts';
import type { Quota } from './quota.ts';
import { refusalOf } from './refusal.ts';
import { stackAbove, type Trace } from './stack-trace.ts';
import { Supply, type SupplyHost } from './supply.ts';
import type { Waiter } from './waiter.ts';
import { WaitingRoom } from './waiting-room.ts';

/** Brings together who wants a resource and what there is. */
export class PoolEngine<T> implements SupplyHost<T> {
  state: PoolStats['state'] = 'running';
  readonly supply: Supply<T>;
  readonly loans: Loans<T>;
  readonly room: WaitingRoom<T>;
  readonly load: LoadMeter;
  readonly leakDesk: LeakDesk<T>;
  readonly parts: PoolParts;
  /** How many are to be open for a warm-up. */
  warmTarget = 0;
  readonly onlookers = new Set<Onlooker>();
  readonly #leaks: LeakWatch<T> | undefined;
  readonly #defaultLevel: number;
  readonly #quota: Quota | undefined;
  /** Whether `min` is kept: not before the first borrower, when lazy. */
  #awake: boolean;
  #pumping = false;
  #pumpAgain = false;

  constructor(factory: PoolFactory<T>, parts: PoolParts, quota?: Quota) {
    const { settings, agenda, metrics, feed } = parts;
    const { name, clock, onEvent } = settings;
    this.parts = parts;
    this.#quota = quota;
    this.#awake = !settings.lazy;
    this.#defaultLevel = settings.priorities >> 1;
    if (onEvent !== undefined) feed.add(onEvent);
    this.load = new LoadMeter(clock.monotonic());
    this.supply = new Supply(factory, settings, agenda, metrics, feed, quota, this);
    const { shelf } = this.supply;
    this.loans = new Loans({ name, clock, shelf, load: this.load, metrics, feed }, this);
    this.leakDesk = new LeakDesk(parts, shelf, (entry, reason, why) => this.take(entry, reason, why));
    this.#leaks = this.leakDesk.watch;
    this.loans.leaks = this.#leaks;
    this.room = new WaitingRoom(settings, agenda, metrics, feed, this);
    metrics.limit.add(this.supply.limit);
    this.pump(clock.monotonic());
  }

  get open(): boolean {
    return this.state === 'running' || this.state === 'paused';
  }

  /**
   * Lends what is ready, or queues. Ready means: idle, nobody waits, nothing to check. That path reads the time once and
   * allocates the lease and its promise (bench/warm.bench.ts).
   */
  acquire(options: AcquireOptions | undefined, boundary: (...args: never[]) => unknown): Promise<PoolLease<T>> {
    if (options !== undefined) {
      try {
        checkAcquire(options, this.parts.settings.priorities);
        if (options.signal?.aborted) return Promise.reject(options.signal.reason);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    const { feed, settings } = this.parts;
    const now = settings.clock.monotonic();
    this.load.arrived(now);
    if (feed.heard) feed.tell({ type: 'acquire-started', at: now });
    const trace = this.#leaks !== undefined && now < this.#leaks.captureUntil ? stackAbove(boundary) : undefined;
    const entry = this.#ready(now);
    if (entry === undefined) return this.#wait(options, trace, now) as Promise<PoolLease<T>>;
    return Promise.resolve(this.#lend(entry, now, options?.label, trace));
  }

  tryAcquire(label: string | undefined, boundary: (...args: never[]) => unknown): PoolLease<T> | undefined {
    const now = this.parts.settings.clock.monotonic();
    const entry = this.#ready(now);
    if (entry === undefined) return undefined;
    this.load.arrived(now);
    const { feed } = this.parts;
    if (feed.heard) feed.tell({ type: 'acquire-started', at: now });
    const trace = this.#leaks !== undefined && now < this.#leaks.captureUntil ? stackAbove(boundary) : undefined;
    return this.#lend(entry, now, label, trace);
  }

  /** `min` is kept from now on. */
  wake(): void {
    this.#awake = true;
    this.pump(this.parts.settings.clock.monotonic());
  }

  /** Serves who waits from what is idle, and opens what is missing. */
  pump(now: number): void {
    if (this.#pumping) {
      this.#pumpAgain = true;
      return;
    }
    this.#pumping = true;
    do {
      this.#pumpAgain = false;
      if (this.state === 'running') this.#pumpOnce(now);
    } while (this.#pumpAgain);
    this.#pumping = false;
    if (this.onlookers.size > 0) this.#tellOnlookers(now);
  }

  #tellOnlookers(now: number): void {
    for (const onlooker of this.onlookers) onlooker.changed(now);
  }

  changed(now: number): void {
    this.pump(now);
  }

  arrived(now: number): void {
    this.pump(now);
  }

  place(entry: Entry<T>, now: number, checked: boolean): void {
    const { supply } = this;
    if (this.state !== 'running' || this.room.size === 0) {
      supply.shelf.putIdle(entry);
      supply.upkeep.idled();
      this.#quota?.idled();
      // A new one has had its turn to be opened, and has its turn now.
    } else if (entry.uses > 0 && this.#quota?.yields() === true) supply.close(entry, 'surplus');
    else if (!checked && supply.inspector.active && supply.inspector.needed(entry, now))
      supply.check(entry, 'borrow', now);
    else this.#handOver(entry, this.room.next(now) as Waiter<T>, now);
  }

  cameBack(entry: Entry<T>, now: number): void {
    const { supply } = this;
    entry.idleSince = now;
    if (supply.inspector.active) supply.inspector.markGood(entry, now);
    const reason = this.#endOf(entry, now);
    if (reason !== undefined) supply.close(entry, reason);
    else if (supply.cleans) supply.clean(entry);
    else this.place(entry, now, false);
    if (this.onlookers.size > 0) this.#tellOnlookers(now);
  }

  close(entry: Entry<T>, reason: EndReason): void {
    this.supply.close(entry, reason);
  }

  /** Takes a lent resource from its borrower and closes it. */
  take(entry: Entry<T>, reason: EndReason, why: string): void {
    this.lostWhileLent(entry, lostError(this.parts.settings.name, entry.id, why), reason);
  }

  lostWhileLent(entry: Entry<T>, error: ReturnType<typeof lostError>, reason: EndReason = 'lost'): void {
    this.loans.take(entry, error);
    // Whoever heard of it may have closed the pool meanwhile, but nobody can have the entry.
    this.supply.close(entry, reason);
  }

  openFailed(error: unknown, now: number): void {
    const { settings } = this.parts;
    const { shelf, creator } = this.supply;
    const hopeless = this.state === 'running' && shelf.size === 0 && shelf.creating === 0;
    if (settings.createErrors !== 'reject' || !hopeless) return;
    const retryAfterMs = creator.retryInMs(now);
    this.room.clear('create', () => createError(settings.name, error, retryAfterMs), now);
  }

  misused(kind: 'open-transaction'): void {
    this.loans.count(kind);
  }

  handedBack(entry: Entry<T>): void {
    if (entry.state !== 'lent') return;
    const now = this.parts.settings.clock.monotonic();
    this.loans.undo(entry);
    const reason = this.#endOf(entry, now);
    if (reason === undefined) this.place(entry, now, true);
    else this.supply.close(entry, reason);
  }

  diagnoseWait(waiter: Waiter<T>, now: number, stalled: boolean): Diagnosis {
    return diagnosePool(this, now, { waitedMs: now - waiter.since, stalled });
  }

  /** An idle one that may be lent at once; it is in the hands of the pool then. */
  #ready(now: number): Entry<T> | undefined {
    if (this.state !== 'running' || this.room.size > 0) return undefined;
    const { inspector, shelf } = this.supply;
    const entry = this.#nextIdle(now);
    if (entry === undefined || (inspector.active && inspector.needed(entry, now))) return undefined;
    shelf.takeIdle(entry);
    return entry;
  }

  /** Whose turn it is among the idle; what is too old for that is closed on the way. */
  #nextIdle(now: number): Entry<T> | undefined {
    const { idle } = this.supply.shelf;
    const { fifo } = this.parts.settings;
    for (;;) {
      const entry = fifo ? idle.first : idle.last;
      if (entry === undefined || now < entry.expiresAt) return entry;
      this.supply.evict(entry, 'lifetime');
    }
  }

  #lend(entry: Entry<T>, now: number, label: string | undefined, trace: Trace | undefined): PoolLease<T> {
    const lease = this.loans.begin(entry, now, label, trace);
    this.loans.announce(entry, now, 0);
    if (this.parts.settings.minIdle > 0) this.pump(now);
    return lease;
  }

  #wait(options: AcquireOptions | undefined, trace: Trace | undefined, now: number): Promise<Lease<T>> {
    this.#awake = true;
    const { settings } = this.parts;
    const { priority: level = this.#defaultLevel, label, signal, timeoutMs = Number.POSITIVE_INFINITY } = options ?? {};
    const refusal = refusalOf(this, level, now);
    if (refusal !== undefined) return Promise.reject(refusal);
    const dueAt = now + Math.min(timeoutMs, settings.acquireTimeoutMs);
    const ambient = currentContext()?.deadline ?? dueAt;
    const plain = signal === undefined && label === undefined && trace === undefined;
    return this.room.enter(level, now, Math.min(dueAt, ambient), plain ? undefined : { signal, label, trace });
  }

  #pumpOnce(now: number): void {
    const { supply, room } = this;
    const { inspector, shelf } = supply;
    // Those that are being checked will serve somebody each.
    while (room.size > supply.checking) {
      const entry = this.#nextIdle(now);
      if (entry === undefined) break;
      shelf.takeIdle(entry);
      if (inspector.active && inspector.needed(entry, now)) supply.check(entry, 'borrow', now);
      else this.#handOver(entry, room.next(now) as Waiter<T>, now);
    }
    if (this.#awake) supply.grow(this.#wanted, now);
  }

  readonly #wanted = (): boolean => {
    const { supply, room } = this;
    const { shelf, checking } = supply;
    const coming = shelf.idle.size + checking + shelf.creating;
    if (room.size + this.parts.settings.minIdle > coming) return true;
    return shelf.size + shelf.creating < Math.max(supply.min, this.warmTarget);
  };

  #handOver(entry: Entry<T>, waiter: Waiter<T>, now: number): void {
    const { ask } = waiter;
    const lease = this.loans.begin(entry, now, ask?.label, ask?.trace);
    this.supply.creator.proven();
    if (ask?.signal === undefined) this.#deliver(waiter, entry, lease, now);
    else {
      // Until the end of the turn its signal may still abort: then the resource goes on to the next.
      waiter.handed = entry;
      queueMicrotask(() => {
        if (waiter.handed !== undefined) this.#deliver(waiter, entry, lease, now);
      });
    }
  }

  #deliver(waiter: Waiter<T>, entry: Entry<T>, lease: PoolLease<T>, now: number): void {
    const { resolve } = waiter;
    waiter.handed = undefined;
    this.room.settle(waiter);
    this.loans.announce(entry, now, now - waiter.since);
    resolve?.(lease);
  }

  /** Why a resource that came back is not to be lent again. */
  #endOf(entry: Entry<T>, now: number): EndReason | undefined {
    if (!this.open) return 'closed';
    if (entry.leakReported && this.parts.settings.leak?.action === 'close-on-return') return 'leak';
    return this.supply.unfit(entry, now);
  }
}
