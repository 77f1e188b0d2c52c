import type { Clock, XcError } from '@xc/core';
import type { EndReason } from '../end-reason.ts';
import type { LeaseInfo } from '../lease-info.ts';
import type { Entry } from './entry.ts';
import type { EventFeed } from './event-feed.ts';
import { LazySignal } from './lazy-signal.ts';
import type { LeakWatch } from './leak-watch.ts';
import type { LoadMeter } from './load-meter.ts';
import { leaseEndedError } from './pool-errors.ts';
import { type LeaseOwner, PoolLease } from './pool-lease.ts';
import type { Misuse, PoolMetrics } from './pool-metrics.ts';
import type { Shelf } from './shelf.ts';
import { framesOf, type Trace } from './stack-trace.ts';

/** What loans need of their pool. */
export interface LoansParts<T> {
  readonly name: string;
  readonly clock: Clock;
  readonly shelf: Shelf<T>;
  readonly load: LoadMeter;
  readonly metrics: PoolMetrics;
  readonly feed: EventFeed;
}

/** Who gets what comes back. */
export interface LoansHost<T> {
  /** Its loan is over; it is in the hands of the pool. */
  cameBack(entry: Entry<T>, now: number): void;
  close(entry: Entry<T>, reason: EndReason): void;
}

/** Who has what: begins loans and ends each of them once. */
export class Loans<T> implements LeaseOwner<T> {
  acquired = 0;
  misuse = 0;
  leaks: LeakWatch<T> | undefined;
  readonly #parts: LoansParts<T>;
  readonly #host: LoansHost<T>;
  readonly #clock: Clock;
  readonly #shelf: Shelf<T>;
  readonly #load: LoadMeter;
  readonly #metrics: PoolMetrics;
  readonly #feed: EventFeed;

  constructor(parts: LoansParts<T>, host: LoansHost<T>) {
    this.#parts = parts;
    this.#host = host;
    this.#clock = parts.clock;
    this.#shelf = parts.shelf;
    this.#load = parts.load;
    this.#metrics = parts.metrics;
    this.#feed = parts.feed;
  }

  /** Lends an entry that is in the hands of the pool. */
  begin(entry: Entry<T>, now: number, label: string | undefined, trace: Trace | undefined): PoolLease<T> {
    entry.serial++;
    entry.uses++;
    entry.lentAt = now;
    entry.leakReported = false;
    entry.label = label;
    entry.trace = trace;
    this.#shelf.lend(entry);
    const lease = new PoolLease(this, entry);
    this.leaks?.begun(entry, lease);
    return lease;
  }

  /** The borrower has its lease. */
  announce(entry: Entry<T>, now: number, waitedMs: number): void {
    this.acquired++;
    this.#load.waits?.add(waitedMs);
    this.#metrics.acquired.record(waitedMs / 1_000);
    if (this.#feed.heard) {
      this.#feed.tell({ type: 'acquired', at: now, id: entry.id, waitedMs, label: entry.label });
    }
  }

  release(entry: Entry<T>, serial: number): void {
    if (entry.serial === serial) {
      const now = this.#clock.monotonic();
      this.#end(entry, now);
      this.#host.cameBack(entry, now);
    } else this.#endedAgain(entry, serial);
  }

  /** The borrower wants it closed. */
  close(entry: Entry<T>, serial: number, reason: EndReason): void {
    if (entry.serial === serial) {
      this.#end(entry, this.#clock.monotonic());
      this.#host.close(entry, reason);
    } else this.#endedAgain(entry, serial);
  }

  destroy(entry: Entry<T>, serial: number): Promise<void> {
    return new Promise((resolve) => {
      this.close(entry, serial, 'caller');
      // What an old lease asks for does not concern whoever has the resource now.
      if (entry.state !== 'closing') return resolve();
      entry.closedCallbacks ??= [];
      entry.closedCallbacks.push(resolve);
    });
  }

  /** Ends the loan over the head of the borrower; the entry is in the hands of the pool then. */
  take(entry: Entry<T>, error: XcError): void {
    entry.takenSerial = entry.serial;
    entry.takenBecause = error;
    const { signal } = entry;
    this.#finish(entry);
    this.#shelf.takeBack(entry);
    signal?.abort(error);
  }

  /** Undoes a loan that its borrower never saw. */
  undo(entry: Entry<T>): void {
    this.#finish(entry);
    this.#shelf.takeBack(entry);
    entry.uses--;
  }

  signal(entry: Entry<T>, serial: number): AbortSignal {
    if (entry.serial === serial) {
      entry.signal ??= new LazySignal();
      return entry.signal.signal;
    }
    const taken = entry.takenBecause !== undefined && entry.serial === serial + 1;
    return taken ? AbortSignal.abort(entry.takenBecause) : new AbortController().signal;
  }

  usedAfterEnd(entry: Entry<T>, serial: number): Error {
    const taken = entry.takenBecause !== undefined && entry.serial === serial + 1;
    if (!taken) this.count('use-after-release');
    return leaseEndedError(this.#parts.name, entry.id, taken ? entry.takenBecause : undefined);
  }

  info(now: number): LeaseInfo[] {
    return this.#shelf.lent.toArray().map((entry) => infoOf(entry, now));
  }

  /** A loan ends: the borrower is done with it. */
  #end(entry: Entry<T>, now: number): void {
    const usedMs = now - entry.lentAt;
    this.#load.returned(now, usedMs);
    this.#metrics.usage.record(usedMs / 1_000);
    if (entry.leakReported) this.#tellReturned(entry, now);
    this.#finish(entry);
    this.#shelf.takeBack(entry);
    if (this.#feed.heard) this.#feed.tell({ type: 'returned', at: now, id: entry.id, usedMs });
  }

  #finish(entry: Entry<T>): void {
    entry.serial++;
    entry.label = undefined;
    entry.trace = undefined;
    entry.signal = undefined;
    this.leaks?.ended(entry);
  }

  #endedAgain(entry: Entry<T>, serial: number): void {
    if (entry.takenSerial === serial) {
      // The pool took it away; its borrower does what a borrower should.
      entry.takenSerial = 0;
      if (entry.leakReported) this.#tellReturned(entry, this.#clock.monotonic());
    } else this.count('double-release');
  }

  #tellReturned(entry: Entry<T>, now: number): void {
    this.#feed.tell({ type: 'leak-returned', at: now, id: entry.id, heldMs: now - entry.lentAt });
  }

  count(kind: Misuse): void {
    this.misuse++;
    this.#metrics.misuse[kind].inc();
    this.#feed.tell({ type: 'misuse', at: this.#clock.monotonic(), kind });
  }
}

/** A loan as a report shows it. */
export function infoOf<T>(entry: Entry<T>, now: number): LeaseInfo {
  return { id: entry.id, label: entry.label, heldMs: now - entry.lentAt, stack: framesOf(entry.trace) };
}
