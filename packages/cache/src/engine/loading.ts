import { NONE } from '../memory/slot.ts';
import { abortable } from './abortable.ts';
import { closed, reentrant, timedOut } from './cache-error.ts';
import type { Core, Remembered } from './core.ts';
import { isDue } from './early-refresh.ts';
import { Flight, type Landing, type StandIn } from './flight.ts';
import type { Flying } from './flying.ts';
import type { Reading } from './reading.ts';
import { slide } from './sliding.ts';
import { allowed, isAllowed, standInOf } from './stand-in.ts';
import { isSuspect } from './trust.ts';
import { waitFor } from './wait-for.ts';
import type { Wish } from './wish.ts';

/** What a caller gets; `loaded` tells a load from all that was there. */
export interface Obtained {
  readonly value: unknown;
  readonly negative: boolean;
  readonly loaded: boolean;
  /** It is to be loaded anew before it expires, which is left to who asked for several; from the second level: its version. */
  readonly due?: bigint | true;
}

/** Gets a value to one caller: from memory, from a flight that it joins, or from one that it starts. */
export class Loading {
  readonly #core: Core;
  readonly #flying: Flying;
  readonly #reading: Reading;

  constructor(core: Core, flying: Flying, reading: Reading) {
    this.#core = core;
    this.#flying = flying;
    this.#reading = reading;
  }

  /** @throws as `Cache.getOrSet` does. */
  async obtain(wish: Wish): Promise<Obtained> {
    wish.plan.signal?.throwIfAborted();
    if (this.#core.closed) throw closed();
    try {
      return await this.#obtain(wish);
    } catch (error) {
      // Who gets nothing has missed, for whatever reason.
      this.#missed(wish);
      throw error;
    }
  }

  async #obtain(wish: Wish): Promise<Obtained> {
    const { plan, place, key } = wish;
    const core = this.#core;
    const started = core.clock.monotonic();
    for (;;) {
      if (core.closed) throw closed();
      const now = core.clock.monotonic();
      const here = this.fromMemory(wish, now);
      if (here !== undefined) return here;
      if (core.scopes.wouldWaitForItself(place)) throw reentrant(key);
      const remembered = core.errors.get(place);
      if (remembered !== undefined && now < remembered.until && this.#stillStands(wish, remembered)) {
        throw remembered.error;
      }
      let known = this.#joinable(wish);
      if (known?.refreshes) {
        const present = await this.#present(wish);
        if (present !== undefined) return present;
        if (core.closed) throw closed();
        known = this.#joinable(wish);
      }
      if (known !== undefined) wish.joined?.();
      const flight = known ?? this.#prepare(wish, now);
      const joined = core.book.moment;
      const landing = await this.#wait(flight, wish, plan.hardTimeoutMs - (now - started), known === undefined);
      if (landing.changedAt === 0 || joined < landing.changedAt) return this.#count(wish, landing);
    }
  }

  /** What is fresh in memory; it has slid by then. */
  fromMemory(wish: Pick<Wish, 'space' | 'place' | 'plan' | 'many'>, now: number): Obtained | undefined {
    const { shelf, guard, metrics, random } = this.#core;
    const slot = shelf.fresh(wish.place, now);
    if (slot === NONE || shelf.store === undefined) return undefined;
    const extra = shelf.extra(slot);
    if (isSuspect(this.#core, extra, now)) return undefined;
    if (extra !== undefined && extra.slideMs > 0) slide(this.#core, slot, wish.place, extra, now);
    const negative = shelf.negative(slot);
    shelf.store.hit(slot);
    this.#core.counts(wish.space.path).hits++;
    (negative ? metrics.negativeL1 : metrics.freshL1).inc();
    const { store } = shelf;
    const freshUntil = store.freshUntil(slot);
    const due =
      wish.many === true &&
      isDue(wish.plan.earlyRefresh, store.loadMs(slot), now, freshUntil, freshUntil - store.storedAt(slot), random);
    return { value: guard.give(store.value(slot)), negative, loaded: false, ...(due && { due }) };
  }

  /** What the second level has while it is being loaded anew. */
  async #present({ space, key, place, plan }: Wish): Promise<Obtained | undefined> {
    if (plan.tiers === 'l1') return undefined;
    const finding = this.#reading.findShared(space, key, place, plan.tiers === 'both');
    const found = await abortable(finding, plan.signal, this.#core.aborts);
    return found === undefined ? undefined : { ...found, loaded: false };
  }

  /** Loads behind the callers' backs. False when too much is going on there already. */
  refresh(wish: Wish): boolean {
    const core = this.#core;
    if (core.closed || core.flights.has(wish.place)) {
      wish.joined?.();
      return true;
    }
    const started = core.background.load(() => {
      const flight = this.#prepare(wish, core.clock.monotonic());
      flight.wanted = true;
      flight.refreshes = true;
      core.scopes.exit(() => void this.#flying.fly(flight, wish, true));
      return this.#follow(flight, 'early').then(() => wish.joined?.());
    });
    if (started) return true;
    core.metrics.backgroundDropped.inc();
    wish.joined?.();
    return false;
  }

  /** Loads in the background what nobody loads yet. */
  prefetch(wish: Wish): void {
    const core = this.#core;
    const joined = core.flights.get(wish.place);
    if (joined !== undefined) {
      joined.wanted = true;
      return;
    }
    const started = core.background.load(() => {
      const flight = this.#prepare(wish, core.clock.monotonic());
      flight.wanted = true;
      core.scopes.exit(() => void this.#flying.fly(flight, wish, false));
      return flight.landing.catch(() => {});
    });
    if (!started) core.metrics.backgroundDropped.inc();
  }

  #stillStands(wish: Wish, { moment, tags, grace }: Remembered): boolean {
    const { plan, space, key } = wish;
    if (grace !== undefined && isAllowed(this.#core, wish, grace, plan)) return false;
    const own = typeof plan.tags === 'function' ? [] : plan.tags;
    const groups = [...tags, ...own].map((tag) => space.tagGroup(tag));
    return this.#core.book.standing(moment, space, key, groups) === 'valid';
  }

  /** The flight under way, unless it is known already that its value will not stand. */
  #joinable(wish: Wish): Flight | undefined {
    const { flights, book } = this.#core;
    const flight = flights.get(wish.place);
    if (flight === undefined) return undefined;
    if (book.standing(flight.moment, flight.space, flight.key, flight.groups) === 'valid') return flight;
    flight.detached = true;
    flights.delete(wish.place);
    return undefined;
  }

  #prepare(wish: Wish, now: number): Flight {
    const core = this.#core;
    const { place, key, space, plan, scope } = wish;
    const groups = typeof plan.tags === 'function' ? [] : plan.tags.map((tag) => space.tagGroup(tag));
    const flight = new Flight(place, key, space, groups, core.book.moment, scope);
    flight.standIn = standInOf(core, place, now);
    core.flights.set(place, flight);
    return flight;
  }

  async #wait(flight: Flight, wish: Wish, hardMs: number, starts: boolean): Promise<Landing> {
    const core = this.#core;
    const { plan, key } = wish;
    const waiting = core.scopes.current;
    flight.join();
    // A caller in a loader of the same run does not wait for another: it is that run.
    const scope = waiting === flight.scope ? undefined : waiting;
    if (scope !== undefined) flight.scope.waiting.add(scope);
    // Only now: its loader may run at once, and must find who waits for it.
    if (starts) void this.#flying.fly(flight, wish, false);
    try {
      const { signal, softTimeoutMs: softMs } = plan;
      const began = core.clock.monotonic();
      let waited = await waitFor(flight, core, { signal, hardMs, softMs });
      while (waited.state === 'slow') {
        const standIn = allowed(core, flight, plan);
        if (standIn !== undefined) {
          flight.wanted = true;
          return this.#serveStale(flight, standIn);
        }
        // The second level may still bring one.
        const leftMs = hardMs - (core.clock.monotonic() - began);
        waited = await waitFor(flight, core, { signal, hardMs: leftMs, softMs: leftMs, overdue: true });
      }
      if (waited.state === 'landed') return waited.landing;
      if (waited.state === 'aborted') throw waited.reason;
      const standIn = allowed(core, flight, plan);
      if (waited.state !== 'crashed') {
        flight.wanted = true;
        core.metrics.loaded('timeout');
        if (standIn !== undefined) return this.#serveStale(flight, standIn);
        throw timedOut(key, plan.hardTimeoutMs);
      }
      if (standIn === undefined || isReentrance(waited.error)) throw waited.error;
      return staleLanding(standIn);
    } finally {
      if (scope !== undefined) flight.scope.waiting.delete(scope);
      if (flight.leave()) this.#abandon(flight, plan.signal?.reason);
    }
  }

  /** The load goes on behind the back of a caller who has a stale value instead. */
  #serveStale(flight: Flight, standIn: StandIn): Landing {
    if (!flight.followed) {
      flight.followed = true;
      this.#core.background.track(this.#follow(flight, 'stale'));
    }
    return staleLanding(standIn);
  }

  /** Tells what comes of a load that nobody waits for. */
  #follow(flight: Flight, kind: 'early' | 'stale'): Promise<void> {
    const { metrics, listeners } = this.#core;
    return flight.landing.then(
      (landing) => {
        const lost = (flight.detached && !flight.echoes) || landing.changedAt !== 0;
        metrics.refreshed(kind, lost ? 'discarded' : 'ok');
      },
      (error: unknown) => {
        metrics.refreshed(kind, 'error');
        listeners.tellOf(flight.space.path, 'refreshError', { key: flight.key, error });
      },
    );
  }

  /** Nobody is left who wants it: whoever comes next starts anew. */
  #abandon(flight: Flight, reason: unknown): void {
    if (this.#core.flights.get(flight.place) !== flight) return;
    this.#core.flights.delete(flight.place);
    flight.detached = true;
    flight.abort(reason);
  }

  #missed({ space, place }: Wish): void {
    const { metrics, shelf } = this.#core;
    this.#core.counts(space.path).misses++;
    metrics.miss.inc();
    shelf.store?.countMiss(place, 1, 0);
  }

  #count(wish: Wish, landing: Landing): Obtained {
    const { metrics, guard } = this.#core;
    const counts = this.#core.counts(wish.space.path);
    const { value, negative, from, due } = landing;
    if (from === 'load') this.#missed(wish);
    else if (from === 'stale') {
      counts.staleHits++;
      metrics.staleL1.inc();
    } else {
      counts.hits++;
      counts.l2Hits++;
      metrics.requested(negative ? 'negative' : 'fresh', 'l2');
      if (due !== undefined && wish.many !== true) this.refresh({ ...wish, due });
    }
    const obtained = { value: guard.give(value), negative, loaded: from === 'load' };
    return due !== undefined && wish.many === true ? { ...obtained, due } : obtained;
  }
}

function staleLanding({ value, negative }: { readonly value: unknown; readonly negative: boolean }): Landing {
  return { value, negative, from: 'stale', changedAt: 0 };
}

function isReentrance(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null | undefined)?.code === 'XC_CACHE_REENTRANT';
}
