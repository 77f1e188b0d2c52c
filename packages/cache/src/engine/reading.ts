import type { Entry } from '../api/entry.ts';
import type { NameSpace } from '../keys/name-space.ts';
import { NONE, type Slot } from '../memory/slot.ts';
import type { Core, Ticket } from './core.ts';
import { valueIn } from './draft.ts';
import type { ShelfExtra } from './shelf.ts';
import { slide, slideFound } from './sliding.ts';
import { keepFound } from './store-entry.ts';
import { isSuspect } from './trust.ts';

/** A value that was found, guarded. */
export interface Found {
  readonly value: unknown;
  readonly negative: boolean;
}

const NO_TAGS: readonly string[] = Object.freeze([]);
const NO_META: Readonly<Record<string, string>> = Object.freeze({});
const noTicket: Ticket = Object.freeze({ dropped: false });

/** Reads that load nothing. */
export class Reading {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** What is fresh and may be believed in memory. */
  believed(place: string, now: number): Slot {
    const { shelf } = this.#core;
    const slot = shelf.fresh(place, now);
    if (slot === NONE || isSuspect(this.#core, shelf.extra(slot), now)) return NONE;
    return slot;
  }

  /** The fresh value, from wherever it is; counts as a request. */
  async find(space: NameSpace, key: string, place: string): Promise<Found | undefined> {
    const found = await this.findShared(space, key, place, true);
    if (found !== undefined) return found;
    const { metrics, shelf } = this.#core;
    this.#core.counts(space.path).misses++;
    metrics.miss.inc();
    shelf.store?.countMiss(place, 1, 0);
    return undefined;
  }

  /** The fresh value that the second level has or confirms; counts as a request where there is one. `keeps`: in memory. */
  async findShared(space: NameSpace, key: string, place: string, keeps: boolean): Promise<Found | undefined> {
    const core = this.#core;
    const entry = await this.#shared(space, key, place, { keeps, slides: true });
    if (entry === undefined || entry.state === 'stale') return undefined;
    const counts = core.counts(space.path);
    counts.hits++;
    if (entry.from === 'l2') counts.l2Hits++;
    core.metrics.requested(entry.negative ? 'negative' : 'fresh', entry.from);
    return { value: core.guard.give(entry.value), negative: entry.negative };
  }

  /** All that is known of a key; counts nothing. What is stale here may have been loaded anew by another node. */
  async entry(space: NameSpace, key: string, place: string): Promise<Entry<unknown> | undefined> {
    const here = this.#here(place);
    if (here?.state === 'fresh') return here;
    return (await this.#shared(space, key, place, { keeps: true, slides: false })) ?? this.#here(place);
  }

  /** What memory has, fresh or stale, and may be believed. */
  #here(place: string): Entry<unknown> | undefined {
    const { clock, shelf } = this.#core;
    const now = clock.monotonic();
    const slot = shelf.kept(place, now);
    if (slot === NONE || isSuspect(this.#core, shelf.extra(slot), now)) return undefined;
    return this.#entryHere(slot, now);
  }

  /** From the second level. `keeps`: what is found there comes into memory; `slides`: a read that moves expiry. */
  async #shared(
    space: NameSpace,
    key: string,
    place: string,
    { keeps, slides }: { readonly keeps: boolean; readonly slides: boolean },
  ): Promise<Entry<unknown> | undefined> {
    const core = this.#core;
    const { shared, shelf, clock, book, epoch } = core;
    if (shared === undefined) return undefined;
    const at = clock.monotonic();
    const { moment } = book;
    const slot = shelf.kept(place, at);
    const copy = slot === NONE ? undefined : shelf.extra(slot);
    const known = copy === undefined || copy.version === 0n ? undefined : copy;
    // Without memory there is nothing to put it into.
    const ticket = !keeps || shelf.store === undefined ? noTicket : core.issue(place);
    try {
      const found = await shared.read({ place, key, space, fence: 'none', ...(known === undefined ? {} : { known }) });
      if (found.state === 'miss') {
        const gone = copy !== undefined && (found.stood === true || !this.#outlives(copy, at));
        if (gone && !ticket.dropped && shelf.extra(shelf.kept(place, at)) === copy) shelf.delete(place);
        return undefined;
      }
      const now = clock.monotonic();
      const times = { at, freshUntil: found.freshUntil, keptUntil: found.keptUntil };
      if (found.state === 'same') {
        const here = shelf.kept(place, now);
        const extra = here === NONE ? undefined : shelf.extra(here);
        // The copy that was confirmed has gone meanwhile: the second level has the value.
        if (shelf.store === undefined || extra === undefined || extra !== copy) {
          return await this.#shared(space, key, place, { keeps, slides });
        }
        shelf.store.setLife(here, times.freshUntil, times.keptUntil);
        extra.epoch = epoch;
        extra.checkedAt = at;
        if (slides && extra.slideMs > 0 && now < times.freshUntil) slide(core, here, place, extra, now);
        return this.#entryHere(here, now);
      }
      const { entry } = found;
      const value = core.guard.keepDecoded(valueIn(entry));
      if (keeps && shelf.store !== undefined && !ticket.dropped && !core.closed) {
        const groups = entry.tags.map((tag) => space.tagGroup(tag));
        if (book.standing(moment, space, key, groups) !== 'invalid') {
          keepFound(core, place, space, value, entry, times, { moment, epoch });
          const flight = core.flights.get(place);
          if (flight !== undefined) flight.outrun = true;
        }
      }
      if (slides && !ticket.dropped) slideFound(core, place, entry, found.freshUntil, now);
      return {
        value,
        state: now < found.freshUntil ? 'fresh' : 'stale',
        negative: entry.negative,
        ageMs: entry.ageMs,
        ttlLeftMs: Math.max(0, found.freshUntil - now),
        tags: entry.tags,
        meta: entry.meta,
        from: 'l2',
      };
    } catch {
      // A second level that fails has nothing; the gate has counted it.
      return undefined;
    } finally {
      if (ticket !== noTicket) core.withdraw(place, ticket);
    }
  }

  /** Whether a copy is believed that the second level does not know: it never had it, or whoever drops it there would have told. */
  #outlives(copy: ShelfExtra, now: number): boolean {
    return !isSuspect(this.#core, copy, now) && (copy.version === 0n || this.#core.coherent);
  }

  #entryHere(slot: Slot, now: number): Entry<unknown> {
    const { shelf, guard } = this.#core;
    const store = shelf.store as NonNullable<typeof shelf.store>;
    const extra = shelf.extra(slot);
    return {
      value: guard.give(store.value(slot)),
      state: now < store.freshUntil(slot) ? 'fresh' : 'stale',
      negative: shelf.negative(slot),
      ageMs: now - store.storedAt(slot),
      ttlLeftMs: Math.max(0, store.freshUntil(slot) - now),
      tags: extra?.tags ?? NO_TAGS,
      meta: extra?.meta ?? NO_META,
      from: 'l1',
    };
  }
}
