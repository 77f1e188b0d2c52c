import type { SharedFound } from '../l2/shared-store.ts';
import { NONE } from '../memory/slot.ts';
import type { Core } from './core.ts';
import { valueIn } from './draft.ts';
import { isDue } from './early-refresh.ts';
import type { Flight, Landing } from './flight.ts';
import type { ShelfExtra } from './shelf.ts';
import { slide, slideFound } from './sliding.ts';
import { allowed } from './stand-in.ts';
import { keepFound } from './store-entry.ts';
import { isSuspect } from './trust.ts';
import type { Wish } from './wish.ts';

/** Takes over what the second level has, where it still stands. */
export class Adopting {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** A copy that had to be checked and was not confirmed must not stand in either. */
  disown(flight: Flight, now: number): void {
    const { shelf } = this.#core;
    const slot = shelf.kept(flight.place, now);
    if (slot === NONE || !isSuspect(this.#core, shelf.extra(slot), now)) return;
    if (!flight.detached) shelf.delete(flight.place);
    flight.standIn = undefined;
  }

  /** The copy in memory that the second level may confirm. */
  known(place: string, now: number): ShelfExtra | undefined {
    const { shelf } = this.#core;
    const slot = shelf.kept(place, now);
    const extra = slot === NONE ? undefined : shelf.extra(slot);
    return extra === undefined || extra.version === 0n ? undefined : extra;
  }

  /** What was found, put into memory; undefined: it has to be loaded. */
  adopt(
    flight: Flight,
    wish: Wish,
    found: SharedFound,
    origin: { readonly at: number; readonly moment: number; readonly epoch: number },
    background: boolean,
  ): Landing | undefined {
    if (found.state === 'miss') return undefined;
    const core = this.#core;
    const { place, key, space, plan } = wish;
    const { shelf, clock, book } = core;
    const now = clock.monotonic();
    const times = { at: origin.at, freshUntil: found.freshUntil, keptUntil: found.keptUntil };
    if (found.state === 'same') {
      const slot = shelf.kept(place, now);
      const extra = slot === NONE ? undefined : shelf.extra(slot);
      if (shelf.store === undefined || extra === undefined) return undefined;
      if (!flight.detached) {
        shelf.store.setLife(slot, times.freshUntil, times.keptUntil);
        extra.epoch = origin.epoch;
        extra.checkedAt = origin.at;
      }
      if (flight.standIn !== undefined) flight.standIn = { ...flight.standIn, ...times };
      if (now >= times.freshUntil || background) return undefined;
      if (extra.slideMs > 0 && !flight.detached) slide(core, slot, place, extra, now);
      const { store } = shelf;
      const loadMs = store.loadMs(slot);
      const freshUntil = store.freshUntil(slot);
      const due = isDue(plan.earlyRefresh, loadMs, now, freshUntil, freshUntil - store.storedAt(slot), core.random);
      return {
        value: store.value(slot),
        negative: shelf.negative(slot),
        from: 'l2',
        changedAt: this.changedAt(flight, extra.groups),
        ...(due && { due: extra.version }),
      };
    }
    const { entry } = found;
    const value = core.guard.keepDecoded(valueIn(entry));
    const groups = entry.tags.map((tag) => space.tagGroup(tag));
    const stands = !flight.detached && book.standing(origin.moment, space, key, groups) !== 'invalid';
    if (stands) {
      flight.standIn = {
        value,
        negative: entry.negative,
        meta: entry.meta,
        tags: entry.tags,
        groups,
        storedAt: origin.at - entry.ageMs,
        freshUntil: times.freshUntil,
        keptUntil: times.keptUntil,
        moment: origin.moment,
      };
      if (plan.tiers !== 'l2') keepFound(core, place, space, value, entry, times, origin);
    }
    if (now >= times.freshUntil) return undefined;
    // What was found to be due before is not asked for by chance again.
    if (background && entry.version === wish.due) return undefined;
    const slidUntil = now + Math.min(entry.slideMs, entry.maxAgeMs - entry.ageMs);
    const freshUntil = Math.max(times.freshUntil, slidUntil);
    const due = isDue(plan.earlyRefresh, entry.loadMs, now, freshUntil, entry.ttlMs, core.random);
    if (background && due) return undefined;
    if (!background && stands) slideFound(core, place, entry, times.freshUntil, now);
    return {
      value,
      negative: entry.negative,
      from: 'l2',
      changedAt: this.changedAt(flight, groups),
      ...(due && { due: entry.version }),
    };
  }

  /** There is no second level to ask: what memory has and cannot check is served where grace allows. */
  unchecked(flight: Flight, wish: Wish): Landing | undefined {
    const { plan } = wish;
    const standIn = allowed(this.#core, flight, plan);
    if (standIn === undefined || this.#core.clock.monotonic() >= standIn.freshUntil) return undefined;
    // Without grace a copy that nobody vouches for is no better than none.
    if (!(standIn.keptUntil > standIn.freshUntil) || (plan.ownGrace && plan.graceMs === 0)) return undefined;
    return { value: standIn.value, negative: standIn.negative, from: 'stale', changedAt: 0 };
  }

  /** The first moment at which something of the flight may have changed; 0: nothing did. */
  changedAt(flight: Flight, groups: readonly string[]): number {
    const { book } = this.#core;
    if (flight.moment >= book.moment) return 0;
    const { at } = book.lastChange(flight.space, flight.key, groups);
    return at > flight.moment ? flight.moment + 1 : 0;
  }
}
