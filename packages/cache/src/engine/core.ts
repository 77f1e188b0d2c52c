import { randomUUID } from 'node:crypto';
import type { Clock, Random } from '@xc/core';
import type { DiscardReason } from '../api/cache-events.ts';
import type { CoherenceLink } from '../coherence/coherence.ts';
import { GroupBook } from '../groups/group-book.ts';
import { type NameSpace, partsOf, tierKeyOf } from '../keys/name-space.ts';
import { MicroBatch } from '../l2/micro-batch.ts';
import { Recovery, type Repair } from '../l2/recovery.ts';
import { SharedStore } from '../l2/shared-store.ts';
import { TierGate } from '../l2/tier-gate.ts';
import type { EvictionReason } from '../memory/memory-store.ts';
import type { CachePlan } from '../options/cache-plan.ts';
import { AbortWatch } from './abort-watch.ts';
import { Background } from './background.ts';
import { BoundedMap } from './bounded-map.ts';
import { CacheMetrics } from './cache-metrics.ts';
import { Counts } from './counts.ts';
import type { Flight, Grace } from './flight.ts';
import { Listeners } from './listeners.ts';
import { type LoadScope, LoadScopes } from './load-scope.ts';
import { Shelf } from './shelf.ts';
import { type ValueGuard, valueGuard } from './value-guard.ts';

/** A rejection that later callers get. */
export interface Remembered {
  readonly error: unknown;
  readonly until: number;
  readonly moment: number;
  /** That its loader had named before it failed. */
  readonly tags: readonly string[];
  /** Of the stale value that was at hand: whoever may have that does not get the rejection. */
  readonly grace: Grace | undefined;
}

/** A read that would put what it finds into memory, unless the key changes meanwhile. */
export interface Ticket {
  dropped: boolean;
}

const REMEMBERED = 10_000;
/** How many keys one message tells of whose loads ended. */
const WOKEN = 100;

/** What all parts of one cache share. */
export class Core {
  readonly plan: CachePlan;
  /** Whether what memory holds has to be checked now and then. */
  readonly checked: boolean;
  readonly clock: Clock;
  readonly random: Random;
  /** Unlike that of any other node. */
  readonly id = randomUUID();
  readonly book: GroupBook;
  readonly shelf: Shelf;
  readonly guard: ValueGuard;
  readonly metrics: CacheMetrics;
  readonly listeners: Listeners;
  readonly background: Background;
  readonly scopes = new LoadScopes();
  readonly aborts = new AbortWatch();
  readonly recovery: Recovery;
  readonly shared: SharedStore | undefined;
  readonly flights = new Map<string, Flight>();
  readonly tickets = new Map<string, Set<Ticket>>();
  readonly errors = new BoundedMap<Remembered>(REMEMBERED);
  /** Until when a failed reload is not tried again. */
  readonly throttled = new BoundedMap<number>(REMEMBERED);
  /** Those who wait for a load of another node, or for its once-record. */
  readonly sleepers = new Map<string, Set<() => void>>();
  readonly #counts = new Map<string, Counts>();
  readonly #wakes = new MicroBatch<string, undefined>((keys) => this.#tellWakes(keys));
  link: CoherenceLink | undefined;
  /** Called when the second level has lost versions that were known here. */
  whenLost: (() => void) | undefined;
  closed = false;
  /** Which gap in the messages was the last; what memory holds from before it is suspect. */
  epoch = 0;
  #coherent = false;

  /** @param repair - Repeats what did not reach the second level. */
  constructor(plan: CachePlan, repair: (repairs: readonly Repair[]) => Promise<readonly Repair[]>) {
    this.plan = plan;
    this.checked = plan.l2 !== undefined || plan.coherence !== undefined;
    this.clock = plan.clock;
    this.random = plan.random;
    this.guard = valueGuard(plan.values);
    this.metrics = new CacheMetrics(plan.meter, plan.name);
    this.listeners = new Listeners(plan.logger);
    this.background = new Background(plan.maxBackgroundLoads);
    this.book = new GroupBook(plan.maxLiveGroups);
    const { clock, random, metrics } = this;
    const evicted = (place: string, reason: EvictionReason): void => this.#evicted(place, reason);
    this.shelf = new Shelf({ l1: plan.l1, book: this.book, clock, random, evicted });
    const { maxRecoveryKeys: maxItems, retryMs } = plan;
    this.recovery = new Recovery({ maxItems, retryMs, clock, repair, sized: (items) => metrics.queued(items) });
    if (plan.l2 === undefined) return;
    const { name, logger } = plan;
    const space = plan.l2.open({ name, clock, random, logger });
    const gate = new TierGate(plan.l2, space, clock, metrics, (state) => this.#tierChanged(state));
    this.shared = new SharedStore(gate, this.book, clock, this.recovery, () => {
      this.suspectAll();
      this.whenLost?.();
    });
    metrics.l2Up(true);
  }

  /** Whether other nodes tell of what they change, as of now. */
  get coherent(): boolean {
    return this.#coherent;
  }

  set coherent(coherent: boolean) {
    this.#coherent = coherent;
    this.book.told = coherent;
  }

  /** Resolves when nothing goes on behind the callers' backs and nothing waits to be repeated. */
  async settled(): Promise<void> {
    for (;;) {
      await this.background.settled();
      if (this.recovery.size === 0 || this.closed) return;
      await this.clock.sleep(this.plan.retryMs);
    }
  }

  /** Runs a loader: whoever waits within it is known to, and it is a span. */
  run<T>(scope: LoadScope, load: () => Promise<T>): Promise<T> {
    const { tracer, name } = this.plan;
    return this.scopes.run(scope, () => tracer.span('cache.load', load, { cache: name }));
  }

  counts(path: string): Counts {
    let counts = this.#counts.get(path);
    if (counts === undefined) {
      counts = new Counts();
      this.#counts.set(path, counts);
    }
    return counts;
  }

  /** Of a namespace and all within it. */
  countsWithin(path: string): Counts {
    const sum = new Counts();
    for (const [at, counts] of this.#counts) {
      if (path !== '' && at !== path && !at.startsWith(`${path}:`)) continue;
      for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
    }
    return sum;
  }

  /** The key changed: whatever is on its way for it is not stored. `hard`: nothing older may stand in either. */
  detach(place: string, hard: boolean): void {
    const flight = this.flights.get(place);
    if (flight !== undefined) {
      flight.detached = true;
      if (hard) flight.dropped = true;
      this.flights.delete(place);
    }
    const tickets = this.tickets.get(place);
    if (tickets !== undefined) for (const ticket of tickets) ticket.dropped = true;
    this.errors.delete(place);
    this.throttled.delete(place);
  }

  /** Measures memory anew; where something comes or goes, not where it is read. */
  measure(): void {
    const { store } = this.shelf;
    if (store !== undefined) this.metrics.sized(store.items, store.bytes, store.windowRatio);
  }

  /** Marks a read on its way, so that a change of the key is noticed. */
  issue(place: string): Ticket {
    const ticket: Ticket = { dropped: false };
    const tickets = this.tickets.get(place) ?? new Set();
    this.tickets.set(place, tickets.add(ticket));
    return ticket;
  }

  withdraw(place: string, ticket: Ticket): void {
    const tickets = this.tickets.get(place);
    tickets?.delete(ticket);
    if (tickets?.size === 0) this.tickets.delete(place);
  }

  /** Everything in memory is checked before its next use. */
  suspectAll(): void {
    this.epoch++;
    this.book.lose();
  }

  discard(space: NameSpace, key: string, reason: DiscardReason): void {
    this.counts(space.path).discardedFills++;
    this.metrics.discarded(reason);
    this.listeners.tellOf(space.path, 'discard', { key, reason });
  }

  /** Wakes those who wait for a load of the key, or for its once-record. */
  wake(tierKey: string): void {
    const sleepers = this.sleepers.get(tierKey);
    this.sleepers.delete(tierKey);
    if (sleepers !== undefined) for (const wake of sleepers) wake();
  }

  /**
   * Sleeps until woken, but not longer than `ms`; a signal ends it at once. Holds the process open: a script that waits for another
   * node must not end in the middle.
   */
  doze(tierKey: string, ms: number, signal?: AbortSignal): Promise<void> {
    const slept = new AbortController();
    return new Promise((resolve) => {
      const wake = (): void => {
        slept.abort();
        unwatch?.();
        const others = this.sleepers.get(tierKey);
        others?.delete(wake);
        if (others?.size === 0) this.sleepers.delete(tierKey);
        resolve();
      };
      this.clock.sleep(ms, slept.signal).then(wake, () => {});
      const unwatch = signal && this.aborts.on(signal, wake);
      const sleepers = this.sleepers.get(tierKey) ?? new Set();
      this.sleepers.set(tierKey, sleepers.add(wake));
    });
  }

  /** Tells the other nodes that a load ended; not hearing it costs them a poll. */
  tellWake(place: string): void {
    const key = tierKeyOf(place);
    this.wake(key);
    if (this.link !== undefined) this.background.track(this.#wakes.add(key).catch(() => {}));
  }

  /** Lets another node load at once. Resolves when it has been tried. */
  async freeLease(place: string, owner: string): Promise<void> {
    if (this.shared === undefined) return;
    const key = tierKeyOf(place);
    const released = this.shared.gate.run('release', (tier, call) => tier.release(key, owner, call));
    const freed = released.catch(() => {}).then(() => this.tellWake(place));
    this.background.track(freed);
    await freed;
  }

  async #tellWakes(keys: readonly string[]): Promise<readonly undefined[]> {
    const { link } = this;
    if (link === undefined) return [];
    const told: Promise<void>[] = [];
    for (let at = 0; at < keys.length; at += WOKEN) {
      this.metrics.messagesOut.inc();
      const woken = keys.slice(at, at + WOKEN);
      told.push(link.publish({ kind: 'wake', keys: woken, groups: [], lengths: [], version: 0n }));
    }
    await Promise.all(told);
    return [];
  }

  #tierChanged(state: 'up' | 'away'): void {
    this.metrics.l2Up(state === 'up');
    this.listeners.tell('l2', { state });
    if (state === 'up') this.background.track(this.recovery.flush());
  }

  #evicted(place: string, reason: EvictionReason): void {
    const { path, key } = partsOf(place);
    const counts = this.counts(path);
    if (reason === 'size') counts.evictions++;
    else counts.expirations++;
    this.metrics.evicted(reason);
    this.measure();
    if (this.listeners.hears('evict')) this.listeners.tellOf(path, 'evict', { key, reason });
  }
}
