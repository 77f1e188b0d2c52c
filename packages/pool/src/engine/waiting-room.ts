import type { Diagnosis } from '../diagnosis.ts';
import type { Lease } from '../lease.ts';
import type { AcquireFailure } from '../pool-event.ts';
import { AbortWatch } from './abort-watch.ts';
import type { Agenda } from './agenda.ts';
import type { Entry } from './entry.ts';
import type { EventFeed } from './event-feed.ts';
import { queueFullError, timeoutError } from './pool-errors.ts';
import type { PoolMetrics } from './pool-metrics.ts';
import type { PoolSettings } from './settings.ts';
import { WaitQueue } from './wait-queue.ts';
import { type Ask, Waiter, type WaiterOwner } from './waiter.ts';

/** What the waiting room needs of its pool. */
export interface WaitingRoomHost<T> {
  /** Why this wait was in vain. */
  diagnoseWait(waiter: Waiter<T>, now: number, stalled: boolean): Diagnosis;
  /** Somebody waits: what there is may be given out. */
  arrived(now: number): void;
  /** Its signal aborted before it could see what it was given. */
  handedBack(entry: Entry<T>): void;
}

// A timer this late says that the event loop was busy: what came back meanwhile may not have been seen yet.
const lateMs = 50;
const stalledMs = 1_000;

/** Borrowers that wait: each leaves once, with a lease or with the reason why it got none. */
export class WaitingRoom<T> implements WaiterOwner<T> {
  timeouts = 0;
  readonly #settings: PoolSettings;
  readonly #agenda: Agenda;
  readonly #metrics: PoolMetrics;
  readonly #feed: EventFeed;
  readonly #host: WaitingRoomHost<T>;
  readonly #queue: WaitQueue<T>;
  readonly #aborts = new AbortWatch();
  readonly #capture: (resolve: (lease: Lease<T>) => void, reject: (error: unknown) => void) => void;
  #entering: Waiter<T> | undefined;
  #turns = 0;

  constructor(settings: PoolSettings, agenda: Agenda, metrics: PoolMetrics, feed: EventFeed, host: WaitingRoomHost<T>) {
    this.#settings = settings;
    this.#agenda = agenda;
    this.#metrics = metrics;
    this.#feed = feed;
    this.#host = host;
    this.#queue = new WaitQueue(settings.priorities, settings.agingMs);
    // One executor for all promises, instead of a closure for each.
    this.#capture = (resolve, reject) => {
      const waiter = this.#entering as Waiter<T>;
      waiter.resolve = resolve;
      waiter.reject = reject;
    };
  }

  get size(): number {
    return this.#queue.size;
  }

  /** When the one that waits the longest came. */
  get oldestSince(): number | undefined {
    return this.#queue.oldest()?.since;
  }

  /** Makes room for a newcomer of `level`, or gives the error that refuses it. */
  admit(level: number, now: number): Error | undefined {
    const { maxWaiting, name, whenFull } = this.#settings;
    if (this.#queue.size < maxWaiting) return undefined;
    const dropped = whenFull === 'drop-oldest' ? this.#queue.oldest() : this.#lowerThan(level);
    if (dropped === undefined) return queueFullError(name, maxWaiting, false);
    this.#leave(dropped);
    this.#turnAway(dropped, 'full', queueFullError(name, maxWaiting, true), now);
    return undefined;
  }

  enter(level: number, now: number, dueAt: number, ask: Ask | undefined): Promise<Lease<T>> {
    const waiter = new Waiter<T>(this, level, this.#turns++, now, dueAt, ask);
    this.#entering = waiter;
    const promise = new Promise<Lease<T>>(this.#capture);
    this.#entering = undefined;
    this.#queue.push(waiter);
    this.#agenda.add(waiter);
    this.#metrics.waiting.add(1);
    if (ask?.signal !== undefined) this.#aborts.add(ask.signal, waiter);
    this.#host.arrived(now);
    if (dueAt <= now) this.#giveUp(waiter, now, false);
    return promise;
  }

  /** Takes out who is served next. */
  next(now: number): Waiter<T> | undefined {
    const waiter = this.#queue.first(now);
    if (waiter !== undefined) this.#leave(waiter);
    return waiter;
  }

  /** It has what it came for, or the reason why not. */
  settle(waiter: Waiter<T>): void {
    if (waiter.ask?.signal !== undefined) this.#aborts.drop(waiter.ask.signal, waiter);
    waiter.settle();
  }

  /** Turns everybody away. */
  clear(reason: AcquireFailure, error: () => Error, now: number): number {
    let count = 0;
    for (let waiter = this.#queue.oldest(); waiter !== undefined; waiter = this.#queue.oldest()) {
      this.#leave(waiter);
      this.#turnAway(waiter, reason, error(), now);
      count++;
    }
    return count;
  }

  /** Counts a failed acquire. */
  note(reason: AcquireFailure, waitedMs: number, now: number): void {
    this.#metrics.notAcquired[reason].record(waitedMs / 1_000);
    if (this.#feed.heard) this.#feed.tell({ type: 'acquire-failed', at: now, reason, waitedMs });
  }

  overdue(waiter: Waiter<T>, now: number): void {
    const late = now - waiter.dueAt;
    const stalled = late > Math.max(stalledMs, (waiter.dueAt - waiter.since) / 2);
    // Sockets are read after timers: whoever has come back while the event loop was blocked gets its chance first.
    if (late >= lateMs) this.#agenda.at(now, (later) => this.#giveUp(waiter, later, stalled));
    else this.#giveUp(waiter, now, stalled);
  }

  aborted(waiter: Waiter<T>): void {
    const { handed } = waiter;
    const reason: unknown = waiter.ask?.signal?.reason;
    if (waiter.queued) {
      this.#leave(waiter);
      this.#turnAway(waiter, 'aborted', reason, undefined);
    } else if (handed !== undefined) {
      waiter.handed = undefined;
      this.#turnAway(waiter, 'aborted', reason, undefined);
      this.#host.handedBack(handed);
    }
  }

  #giveUp(waiter: Waiter<T>, now: number, stalled: boolean): void {
    if (!waiter.queued) return;
    const diagnosis = this.#host.diagnoseWait(waiter, now, stalled);
    this.#leave(waiter);
    this.timeouts++;
    this.#metrics.timeouts[diagnosis.verdict].inc();
    this.#turnAway(waiter, 'timeout', timeoutError(this.#settings.name, now - waiter.since, diagnosis), now);
  }

  #lowerThan(level: number): Waiter<T> | undefined {
    if (this.#settings.whenFull !== 'drop-lowest') return undefined;
    const lowest = this.#queue.lowest();
    return lowest !== undefined && lowest.level > level ? lowest : undefined;
  }

  #leave(waiter: Waiter<T>): void {
    this.#queue.remove(waiter);
    this.#agenda.drop(waiter);
    this.#metrics.waiting.add(-1);
  }

  #turnAway(waiter: Waiter<T>, reason: AcquireFailure, error: unknown, now: number | undefined): void {
    const { reject } = waiter;
    this.settle(waiter);
    const at = now ?? this.#settings.clock.monotonic();
    reject?.(error);
    this.note(reason, at - waiter.since, at);
  }
}
