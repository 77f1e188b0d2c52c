import type { NameSpace } from '../keys/name-space.ts';
import { tierKeyOf } from '../keys/name-space.ts';
import type { SharedStore } from '../l2/shared-store.ts';
import { NONE } from '../memory/slot.ts';
import type { EntryPlan } from '../options/entry-plan.ts';
import type { TierSet, TierWritten } from '../tier/tier-write.ts';
import type { Announcing } from './announcing.ts';
import { unavailable } from './cache-error.ts';
import type { Core } from './core.ts';
import { type Draft, draftOfSet, toTier } from './draft.ts';
import type { Flying } from './flying.ts';
import type { Invalidating } from './invalidating.ts';
import type { ShelfExtra } from './shelf.ts';
import { keep, plainExtra } from './store-entry.ts';
import { isSuspect } from './trust.ts';

/** Sets values and moves their expiry. */
export class Writing {
  readonly #core: Core;
  readonly #announcing: Announcing;
  readonly #invalidating: Invalidating;
  readonly #flying: Flying;

  constructor(core: Core, announcing: Announcing, invalidating: Invalidating, flying: Flying) {
    this.#core = core;
    this.#announcing = announcing;
    this.#invalidating = invalidating;
    this.#flying = flying;
  }

  /** Memory obeys before this returns its promise. @throws XcError `XC_CACHE_UNAVAILABLE` where it is strict. */
  async setAll(space: NameSpace, entries: readonly (readonly [string, unknown])[], plan: EntryPlan): Promise<void> {
    const here = entries.map(([key, value]) => this.#setHere(space, key, value, plan));
    const { shared } = this.#core;
    if (shared === undefined) return this.#tellChanged(here);
    // Where the new value is not to be, the older one must not come back from.
    const gone = plan.tiers === 'l1' ? here : here.filter(({ draft }) => draft === undefined);
    const sets = plan.tiers === 'l1' ? [] : here.filter(({ draft }) => draft !== undefined);
    await Promise.all([this.#write(sets, plan), this.#drop(gone, plan)]);
  }

  /** False where nothing fresh is there. */
  async touch(space: NameSpace, key: string, place: string, ttlMs: number | undefined): Promise<boolean> {
    const core = this.#core;
    const { shared, shelf, clock } = core;
    const now = clock.monotonic();
    const slot = shelf.fresh(place, now);
    const extra = slot === NONE ? undefined : shelf.extra(slot);
    if (shared === undefined || (extra !== undefined && extra.version === 0n && !isSuspect(core, extra, now))) {
      if (slot === NONE || isSuspect(core, extra, now)) return false;
      this.#touchHere(place, ttlMs);
      return true;
    }
    if (core.recovery.coversKey(place)) return false;
    const message = { kind: 'changed', keys: [tierKeyOf(place)], groups: [], lengths: [] } as const;
    const announcement = this.#announcing.announce(message);
    const request = {
      key: tierKeyOf(place),
      ...(ttlMs === undefined ? {} : { ttlMs }),
      ...(announcement === undefined ? {} : { announcement }),
    };
    try {
      // What was invalidated or expired by others must not be prolonged either, and nobody has told of that.
      const stands = shared.isTold || (await this.#isFresh(shared, space, key, place));
      const touched = stands ? await shared.gate.run('touch', (tier, call) => tier.touch(request, call)) : undefined;
      if (touched === undefined) {
        this.#announcing.retract(announcement);
        // What is stale here may still stand in.
        if (shelf.fresh(place, clock.monotonic()) !== NONE) shelf.delete(place);
        return false;
      }
      if ((await shared.standing(touched.stamp, space, key, touched.tags)) !== 'valid') return false;
      const still = shelf.store?.find(place) ?? NONE;
      const copy = still === NONE ? undefined : shelf.extra(still);
      if (copy?.version === touched.version) {
        shelf.store?.setLife(still, now + touched.ttlLeftMs, now + touched.lifeLeftMs);
      } else shelf.delete(place);
      if (announcement === undefined) this.#announcing.tell({ ...message, version: 0n });
      return true;
    } catch {
      if (slot === NONE || shelf.fresh(place, now) !== slot) return false;
      this.#touchHere(place, ttlMs);
      return true;
    }
  }

  /** Whether the second level has it, and it stands by what is known of its groups there. */
  async #isFresh(shared: SharedStore, space: NameSpace, key: string, place: string): Promise<boolean> {
    const found = await shared.read({ place, key, space, fence: 'none' });
    return found.state === 'hit' && this.#core.clock.monotonic() < found.freshUntil;
  }

  #touchHere(place: string, ttlMs: number | undefined): void {
    const core = this.#core;
    const { shelf, clock } = core;
    const now = clock.monotonic();
    const slot = shelf.fresh(place, now);
    const { store } = shelf;
    if (slot === NONE || store === undefined) return;
    const grace = store.keptUntil(slot) - store.freshUntil(slot);
    const extra = shelf.extra(slot) ?? plainExtra(core, store.freshUntil(slot) - store.storedAt(slot), now);
    store.setExtra(slot, extra);
    const given = ttlMs ?? extra.ttlMs;
    const freshUntil = Math.min(now + given, store.storedAt(slot) + extra.maxAgeMs);
    store.setLife(slot, freshUntil, freshUntil + grace);
  }

  #setHere(space: NameSpace, key: string, value: unknown, plan: EntryPlan): Here {
    const core = this.#core;
    const place = space.place(key);
    const draft = draftOfSet(core.guard.keep(value), key, plan, core.random);
    core.detach(place, true);
    if (draft === undefined || plan.tiers === 'l2') core.shelf.delete(place);
    else keep(core, place, space, draft, this.#origin(0n, 0n));
    return { place, space, draft, extra: this.#extraAt(place) };
  }

  #origin(version: bigint, stamp: bigint) {
    const { book, epoch, clock } = this.#core;
    return { moment: book.moment, epoch, storedAt: clock.monotonic(), version, stamp };
  }

  #extraAt(place: string): ShelfExtra | undefined {
    const { shelf } = this.#core;
    const slot = shelf.store?.find(place) ?? NONE;
    return slot === NONE ? undefined : shelf.extra(slot);
  }

  async #write(here: readonly Here[], plan: EntryPlan): Promise<void> {
    const core = this.#core;
    const { shared, book, link } = core;
    if (shared === undefined || here.length === 0) return;
    const stamp = link !== undefined && book.synced ? book.latest : 'latest';
    const sets = here.map((one): TierSet => {
      const key = tierKeyOf(one.place);
      const announcement = this.#announcing.announce({ kind: 'changed', keys: [key], groups: [], lengths: [] });
      return {
        key,
        entry: toTier(one.draft as Draft),
        stamp,
        maxBytes: core.plan.maxValueBytes,
        ...(announcement === undefined ? {} : { announcement }),
      };
    });
    let written: readonly TierWritten[];
    try {
      written = await shared.gate.run('set', (tier, call) => tier.set(sets, call));
    } catch (error) {
      written = here.map(() => ({ state: 'failed', error }));
    }
    const undone: Here[] = [];
    written.forEach((answer, index) => {
      const one = here[index] as Here;
      if (answer.state === 'stored') this.#stored(one, answer, sets[index]?.announcement !== undefined);
      else undone.push(one);
      if (answer.state !== 'stored' && answer.state !== 'failed') {
        this.#announcing.retract(sets[index]?.announcement);
      }
    });
    if (undone.length === 0) return;
    for (const answer of written) {
      if (answer.state === 'stored' || answer.state === 'refused') continue;
      this.#flying.notStored('set', answer, plan.strict);
    }
    // What the second level could not take must not leave the older value there.
    await this.#drop(undone, plan);
  }

  #stored(one: Here, answer: TierWritten & { readonly state: 'stored' }, announced: boolean): void {
    const core = this.#core;
    core.recovery.forget(one.place);
    core.shared?.wrote(tierKeyOf(one.place), answer.version, false);
    const { shelf } = core;
    // Another value may have been set since.
    if (one.extra !== undefined && this.#extraAt(one.place) === one.extra) {
      const slot = shelf.store?.find(one.place) as number;
      shelf.store?.setExtra(slot, { ...one.extra, version: answer.version, stamp: answer.stamp });
    }
    if (announced) return;
    const { version } = answer;
    this.#announcing.tell({ kind: 'changed', keys: [tierKeyOf(one.place)], groups: [], lengths: [], version });
  }

  async #drop(here: readonly Here[], plan: EntryPlan): Promise<void> {
    if (here.length === 0) return;
    const places = here.map(({ place }) => place);
    const failure = await this.#invalidating.dropShared(places);
    if (failure !== undefined && plan.strict) throw unavailable(failure.error);
  }

  /** Without a second level the others only learn that what they have is old. */
  async #tellChanged(here: readonly Here[]): Promise<void> {
    if (this.#core.link === undefined || here.length === 0) return;
    const keys = here.map(({ place }) => tierKeyOf(place));
    await this.#announcing.tell({ kind: 'changed', keys, groups: [], lengths: [], version: 0n });
  }
}

/** What was set in memory. */
interface Here {
  readonly place: string;
  readonly space: NameSpace;
  readonly draft: Draft | undefined;
  readonly extra: ShelfExtra | undefined;
}
