import type { EndReason } from '../end-reason.ts';
import type { PoolFactory, ResetContext } from '../pool-factory.ts';
import type { Agenda } from './agenda.ts';
import { Closer } from './closer.ts';
import { type Attempt, Creator, type CreatorHost } from './creator.ts';
import { Entry } from './entry.ts';
import type { EventFeed } from './event-feed.ts';
import { Inspector } from './inspector.ts';
import { lostError } from './pool-errors.ts';
import type { PoolMetrics } from './pool-metrics.ts';
import type { Quota } from './quota.ts';
import type { PoolSettings } from './settings.ts';
import { Shelf } from './shelf.ts';
import { type CallEnd, timedCall } from './timed-call.ts';
import { Upkeep, type UpkeepHost } from './upkeep.ts';

// Who dies unused at this age was never alive.
const youngMs = 1_000;

/** What the supply asks of its pool. */
export interface SupplyHost<T> {
  /** An open resource in the hands of the pool, good to be lent: somebody may want it. */
  place(entry: Entry<T>, now: number, checked: boolean): void;
  /** A lent resource died. */
  lostWhileLent(entry: Entry<T>, error: unknown): void;
  openFailed(error: unknown, now: number): void;
  /** The owner before left something behind. */
  misused(kind: 'open-transaction'): void;
  /** Something was opened, closed, or may be opened again. */
  changed(now: number): void;
  /** Opening and closing is still worth it. */
  readonly open: boolean;
}

/** The resources of one pool: opened, checked, cleaned and closed within their times and numbers. */
export class Supply<T> implements CreatorHost<T>, UpkeepHost<T> {
  readonly shelf: Shelf<T>;
  readonly creator: Creator<T>;
  readonly inspector: Inspector<T>;
  readonly upkeep: Upkeep<T>;
  /** All that are open. */
  readonly entries = new Set<Entry<T>>();
  min: number;
  max: number;
  /** At most this many may be open now: less than `max` only when adaptive. */
  limit: number;
  generation = 0;
  createFailures = 0;
  /** Closes that did not end in time. */
  overdueCloses = 0;
  /** Idle ones that are being validated: they will be there soon. */
  checking = 0;
  readonly #closer: Closer<T>;
  readonly #factory: PoolFactory<T>;
  readonly #settings: PoolSettings;
  readonly #agenda: Agenda;
  readonly #metrics: PoolMetrics;
  readonly #feed: EventFeed;
  readonly #quota: Quota | undefined;
  readonly #host: SupplyHost<T>;
  readonly #resetContext: ResetContext = { misuse: (kind) => this.#host.misused(kind) };

  constructor(
    factory: PoolFactory<T>,
    settings: PoolSettings,
    agenda: Agenda,
    metrics: PoolMetrics,
    feed: EventFeed,
    quota: Quota | undefined,
    host: SupplyHost<T>,
  ) {
    this.#factory = factory;
    this.#settings = settings;
    this.#agenda = agenda;
    this.#metrics = metrics;
    this.#feed = feed;
    this.#quota = quota;
    this.#host = host;
    this.min = settings.min;
    this.max = settings.max;
    this.limit = settings.max;
    this.shelf = new Shelf(metrics);
    const parts = { ...settings, factory, agenda, policy: settings.createPolicy, backoff: settings.createBackoff };
    this.creator = new Creator(parts, this);
    this.#closer = new Closer(parts);
    this.inspector = new Inspector(factory, settings, agenda);
    this.upkeep = new Upkeep(settings, agenda, this.shelf, this, this.inspector.active);
  }

  /** Opens resources as long as `wanted` more are, there is room, and the last failure is long enough ago. */
  grow(wanted: () => boolean, now: number): void {
    const { maxCreating } = this.#settings;
    const { shelf, creator } = this;
    while (
      shelf.creating < maxCreating &&
      shelf.live < this.limit &&
      creator.mayStart(now, shelf.creating) &&
      wanted()
    ) {
      if (this.#quota !== undefined && !this.#quota.take()) return;
      shelf.beginCreating();
      creator.start(now, this.generation);
    }
  }

  /** Why a resource must not be lent again. */
  unfit(entry: Entry<T>, now: number): EndReason | undefined {
    if (entry.generation !== this.generation) return 'stale';
    if (now >= entry.expiresAt) return 'lifetime';
    if (entry.uses >= this.#settings.maxUses) return 'uses';
    return this.shelf.size > this.limit ? 'surplus' : undefined;
  }

  /** Resets and validates what came back, then places it. */
  clean(entry: Entry<T>): void {
    const { clock, logger, name, resetTimeoutMs } = this.#settings;
    timedCall(
      this.#agenda,
      clock.monotonic() + resetTimeoutMs,
      () => this.#factory.reset?.(entry.resource, this.#resetContext),
      (end) => {
        if (entry.state !== 'busy') return;
        if (end.kind === 'value') this.#checkReturned(entry);
        else {
          const err = end.kind === 'error' ? end.error : `reset took longer than ${resetTimeoutMs} ms`;
          logger.warn({ err, pool: name, id: entry.id }, 'a resource could not be cleaned and is closed');
          this.close(entry, 'reset-failed');
        }
      },
    );
  }

  /** Whether what came back must be cleaned before it is lent on. */
  get cleans(): boolean {
    return this.#factory.reset !== undefined || (this.#settings.validateOnReturn && this.inspector.active);
  }

  /** Validates an entry in the hands of the pool, then places or closes it. */
  check(entry: Entry<T>, phase: 'borrow' | 'idle' | 'return', now: number): void {
    this.checking++;
    this.inspector.check(entry, phase, now, (good) => {
      this.checking--;
      // It may have died meanwhile.
      if (entry.state !== 'busy') return this.#host.changed(this.#settings.clock.monotonic());
      if (good) this.#place(entry, true);
      else this.close(entry, 'invalid');
    });
  }

  recheck(entry: Entry<T>, now: number): void {
    this.shelf.takeIdle(entry);
    this.check(entry, 'idle', now);
  }

  evict(entry: Entry<T>, reason: EndReason): void {
    this.shelf.takeIdle(entry);
    this.close(entry, reason);
  }

  /** Closes all idle ones, or those beyond the limit, the longest idle first. */
  evictAll(reason: EndReason, surplusOnly = false): void {
    for (const entry of this.shelf.idle.toArray()) {
      if (surplusOnly && this.shelf.size <= this.limit) return;
      if (entry.state === 'idle') this.evict(entry, reason);
    }
  }

  /** Closes an entry in the hands of the pool; nothing, when somebody who heard of its end has closed it already. */
  close(entry: Entry<T>, reason: EndReason): void {
    if (entry.state !== 'busy') return;
    this.upkeep.forget(entry);
    this.entries.delete(entry);
    this.shelf.beginClosing(entry);
    const now = this.#settings.clock.monotonic();
    // One that dies as soon as it is opened is a failure of another kind.
    const young = entry.uses === 0 && now - entry.createdAt < youngMs;
    if (young && (reason === 'lost' || reason === 'invalid')) this.creator.stillborn(now);
    this.#closer.close(entry, reason, (inTime) => {
      if (!inTime) this.overdueCloses++;
      this.shelf.endClosing(entry);
      this.#tellClosed(entry.id, reason, entry.createdAt);
      for (const closed of entry.closedCallbacks ?? []) closed();
      entry.closedCallbacks = undefined;
      this.#quota?.give();
      this.#host.changed(this.#settings.clock.monotonic());
    });
  }

  createStarted(id: number): void {
    if (this.#feed.heard) this.#feed.tell({ type: 'creating', at: this.#settings.clock.monotonic(), id });
  }

  createEnded(attempt: Attempt, end: CallEnd): void {
    const now = this.#settings.clock.monotonic();
    const tookMs = now - attempt.startedAt;
    this.shelf.endCreating();
    if (end.kind === 'value') {
      this.#metrics.created.ok.record(tookMs / 1_000);
      this.#opened(attempt, end.value as T, now);
    } else {
      this.createFailures++;
      this.#metrics.created[end.kind].record(tookMs / 1_000);
      const error = this.creator.lastError;
      const retryInMs = this.creator.retryInMs(now);
      if (this.#feed.heard) this.#feed.tell({ type: 'create-failed', at: now, id: attempt.id, error, retryInMs });
      this.#quota?.give();
      this.#host.openFailed(error, now);
    }
    this.#host.changed(this.#settings.clock.monotonic());
  }

  mayCreateAgain(): void {
    this.#host.changed(this.#settings.clock.monotonic());
  }

  openedLate(attempt: Attempt, resource: T): void {
    this.shelf.created++;
    this.#closer.closeStray(attempt.id, resource, 'late', () => {
      this.shelf.closed++;
      this.#tellClosed(attempt.id, 'late', attempt.startedAt);
    });
  }

  #opened(attempt: Attempt, resource: T, now: number): void {
    const { maxLifetimeMs, lifetimeJitter, random } = this.#settings;
    const lifetimeMs =
      maxLifetimeMs === Number.POSITIVE_INFINITY ? maxLifetimeMs : maxLifetimeMs * (1 - lifetimeJitter * random.next());
    const { id, generation } = attempt;
    const entry = new Entry(id, resource, generation, now, now + lifetimeMs, this.inspector.wakeUps);
    this.shelf.admit();
    this.entries.add(entry);
    if (this.#feed.heard) this.#feed.tell({ type: 'ready', at: now, id, tookMs: now - attempt.startedAt });
    if (!this.#host.open) {
      this.close(entry, 'closed');
      return;
    }
    this.inspector.markGood(entry, now);
    this.upkeep.watch(entry);
    this.#watch(entry);
    if (entry.state !== 'busy') return;
    if (entry.generation !== this.generation) this.close(entry, 'stale');
    else if (this.shelf.size > this.limit) this.close(entry, 'surplus');
    else this.#host.place(entry, now, false);
  }

  #watch(entry: Entry<T>): void {
    const { name, logger } = this.#settings;
    try {
      const unwatch = this.#factory.watch?.(entry.resource, (error) => this.#lost(entry, error));
      // It may have died while it was being asked.
      if (entry.state === 'busy') entry.unwatch = unwatch;
      else unwatch?.();
    } catch (error) {
      logger.warn({ err: error, pool: name, id: entry.id }, 'a resource cannot be watched and is closed');
      if (entry.state === 'busy') this.close(entry, 'lost');
    }
  }

  #lost(entry: Entry<T>, error: unknown): void {
    if (entry.state === 'idle') this.evict(entry, 'lost');
    else if (entry.state === 'busy') this.close(entry, 'lost');
    else if (entry.state === 'lent') {
      this.#host.lostWhileLent(entry, lostError(this.#settings.name, entry.id, 'it died', error));
    }
  }

  #checkReturned(entry: Entry<T>): void {
    if (!this.#settings.validateOnReturn || !this.inspector.active) {
      this.#place(entry, false);
      return;
    }
    this.inspector.check(entry, 'return', this.#settings.clock.monotonic(), (good) => {
      if (entry.state !== 'busy') return;
      if (good) this.#place(entry, true);
      else this.close(entry, 'invalid');
    });
  }

  /** Time has passed since it was last looked at. */
  #place(entry: Entry<T>, checked: boolean): void {
    const now = this.#settings.clock.monotonic();
    const reason = this.#host.open ? this.unfit(entry, now) : 'closed';
    if (reason === undefined) this.#host.place(entry, now, checked);
    else this.close(entry, reason);
  }

  #tellClosed(id: number, reason: EndReason, since: number): void {
    this.#metrics.closed[reason].inc();
    if (!this.#feed.heard) return;
    const at = this.#settings.clock.monotonic();
    this.#feed.tell({ type: 'closed', at, id, reason, ageMs: at - since });
  }
}
