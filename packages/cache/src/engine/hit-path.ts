import type { EarlyRefresh } from '../api/early-refresh.ts';
import type { NameSpace } from '../keys/name-space.ts';
import { NONE, type Slot } from '../memory/slot.ts';
import type { Core } from './core.ts';
import type { Counts } from './counts.ts';
import { isDue } from './early-refresh.ts';
import { slide } from './sliding.ts';
import { isSuspect } from './trust.ts';

/** Hits in memory: one map read and one reading of the clock; guarded by `bench/hits.bench.ts`. */
export class HitPath {
  readonly #core: Core;
  readonly #space: NameSpace;
  readonly #counts: Counts;
  /** When the last one was found: a clock costs more than all the rest. */
  #now = 0;

  constructor(core: Core, space: NameSpace) {
    this.#core = core;
    this.#space = space;
    this.#counts = core.counts(space.path);
  }

  /** The slot of what is fresh and may be believed; it has slid by then. */
  find(key: string): Slot {
    const core = this.#core;
    const { shelf } = core;
    const now = core.clock.monotonic();
    this.#now = now;
    const place = this.#space.place(key);
    const slot = shelf.fresh(place, now);
    if (slot === NONE) return NONE;
    const extra = shelf.extra(slot);
    if (core.checked && isSuspect(core, extra, now)) return NONE;
    if (extra !== undefined && extra.slideMs > 0) slide(core, slot, place, extra, now);
    return slot;
  }

  /** The value of a hit, counted. */
  take(slot: Slot, hideNegative: boolean): unknown {
    const core = this.#core;
    const store = core.shelf.store as NonNullable<typeof core.shelf.store>;
    store.hit(slot);
    this.#counts.hits++;
    if (core.shelf.negative(slot)) {
      core.metrics.negativeL1.inc();
      return hideNegative ? undefined : core.guard.give(store.value(slot));
    }
    core.metrics.freshL1.inc();
    return core.guard.give(store.value(slot));
  }

  /** Whether what was found last is to be loaded anew before it expires. */
  isDue(slot: Slot, early: EarlyRefresh): boolean {
    const { shelf, random } = this.#core;
    const store = shelf.store as NonNullable<typeof shelf.store>;
    const freshUntil = store.freshUntil(slot);
    return isDue(early, store.loadMs(slot), this.#now, freshUntil, freshUntil - store.storedAt(slot), random);
  }
}
