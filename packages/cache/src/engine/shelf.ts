import type { Clock, Random } from '@xc/core';
import type { L1Options } from '../api/l1-options.ts';
import type { GroupBook, Standing } from '../groups/group-book.ts';
import { NameSpace, partsOf } from '../keys/name-space.ts';
import { type EvictionReason, MemoryStore } from '../memory/memory-store.ts';
import { NONE, type Slot } from '../memory/slot.ts';
import { weightOf } from './weight-of.ts';

/** What few entries have, or those of a cache with a second level. */
export interface ShelfExtra {
  readonly tags: readonly string[];
  readonly groups: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  /** As it was given; what a touch without a time moves the expiry to. */
  readonly ttlMs: number;
  readonly slideMs: number;
  readonly maxAgeMs: number;
  /** Of the second level; 0 where it does not have the value. */
  readonly version: bigint;
  readonly stamp: bigint;
  /** Which gap it was confirmed after, and when. */
  epoch: number;
  checkedAt: number;
  /** When the second level was last told of a slide. */
  slidAt: number;
}

/** What to keep of a key. */
export interface ShelfEntry {
  readonly value: unknown;
  readonly negative: boolean;
  readonly storedAt: number;
  readonly freshUntil: number;
  readonly keptUntil: number;
  /** At which its load began. */
  readonly moment: number;
  readonly loadMs: number;
  /** Length of its encoding, where it is known. */
  readonly bytes?: number;
  readonly extra: ShelfExtra | undefined;
}

/** How the memory tier is made. */
export interface ShelfSettings {
  readonly l1: L1Options | false;
  readonly book: GroupBook;
  readonly clock: Clock;
  readonly random: Random;
  readonly evicted: (place: string, reason: EvictionReason) => void;
}

const NEGATIVE = 1;
/** It was expired, and has no grace. */
const GRACELESS = 2;
const NO_GROUPS: readonly string[] = Object.freeze([]);

/** The memory tier as the engine sees it: what is in it, and whether that still stands. */
export class Shelf {
  readonly #store: MemoryStore | undefined;
  readonly #book: GroupBook;
  readonly #weigh: ((value: unknown, key: string) => number) | undefined;
  readonly #bounded: boolean;
  readonly #spaces = new Map<string, NameSpace>();

  constructor(settings: ShelfSettings) {
    const { l1, book, clock, random, evicted } = settings;
    this.#book = book;
    if (l1 === false) {
      this.#store = undefined;
      this.#bounded = false;
      return;
    }
    const { maxItems = 10_000, maxBytes = Number.POSITIVE_INFINITY, policy = 'adaptive', weigh } = l1;
    this.#weigh = weigh;
    this.#bounded = maxBytes !== Number.POSITIVE_INFINITY;
    this.#store = new MemoryStore({ policy, maxItems, maxBytes, clock, random, evicted });
  }

  get store(): MemoryStore | undefined {
    return this.#store;
  }

  /** Every namespace is one object. */
  space(path: string): NameSpace {
    let space = this.#spaces.get(path);
    if (space === undefined) {
      space = new NameSpace(path);
      this.#spaces.set(path, space);
    }
    return space;
  }

  /** The slot of what is fresh at `now` and was invalidated by no group; whether it is suspect is not looked at. */
  fresh(place: string, now: number): Slot {
    const store = this.#store;
    if (store === undefined) return NONE;
    const slot = store.find(place);
    if (slot === NONE || now >= store.freshUntil(slot)) return NONE;
    if (store.stamp(slot) === this.#book.moment) return slot;
    return this.#restand(slot, place, now) === 'valid' ? slot : NONE;
  }

  /** The slot of what is there at `now`, fresh or stale. */
  kept(place: string, now: number): Slot {
    const store = this.#store;
    if (store === undefined) return NONE;
    const slot = store.find(place);
    if (slot === NONE) return NONE;
    const ends = Math.max(store.keptUntil(slot), store.freshUntil(slot));
    if (now >= ends) return NONE;
    if (store.stamp(slot) === this.#book.moment) return slot;
    return this.#restand(slot, place, now) === 'invalid' ? NONE : slot;
  }

  negative(slot: Slot): boolean {
    return ((this.#store as MemoryStore).marks(slot) & NEGATIVE) !== 0;
  }

  /** Until when what is there may stand in for a load. */
  standsInUntil(slot: Slot): number {
    const store = this.#store as MemoryStore;
    return (store.marks(slot) & GRACELESS) !== 0 ? store.freshUntil(slot) : store.keptUntil(slot);
  }

  extra(slot: Slot): ShelfExtra | undefined {
    return (this.#store as MemoryStore).extra(slot) as ShelfExtra | undefined;
  }

  /** False when it was not kept. */
  put(place: string, entry: ShelfEntry): boolean {
    const store = this.#store;
    if (store === undefined) return false;
    return (
      store.put(place, entry.value, {
        storedAt: entry.storedAt,
        freshUntil: entry.freshUntil,
        keptUntil: entry.keptUntil,
        stamp: entry.moment,
        loadMs: entry.loadMs,
        marks: entry.negative ? NEGATIVE : 0,
        extra: entry.extra,
        weight: this.#bounded ? this.#weightOf(place, entry) : 0,
      }) !== NONE
    );
  }

  delete(place: string): void {
    this.#store?.delete(place);
  }

  /** Makes what is there stale: its grace is counted from now, and prolongs nothing. What has none is still seen, and stands in for nothing. */
  expire(place: string, now: number): void {
    const store = this.#store;
    const slot = store?.find(place) ?? NONE;
    if (store === undefined || slot === NONE) return;
    const [freshUntil, keptUntil] = [store.freshUntil(slot), store.keptUntil(slot)];
    if (now >= freshUntil) return;
    const graceMs = keptUntil - freshUntil;
    if (graceMs > 0) store.setLife(slot, now, now + graceMs);
    else {
      store.setLife(slot, now, freshUntil);
      store.setMarks(slot, store.marks(slot) | GRACELESS);
    }
  }

  #restand(slot: Slot, place: string, now: number): Standing {
    const store = this.#store as MemoryStore;
    const { path, key } = partsOf(place);
    const groups = this.extra(slot)?.groups ?? NO_GROUPS;
    const standing = this.#book.standing(store.stamp(slot), this.space(path), key, groups);
    if (standing === 'invalid') store.remove(slot);
    else {
      if (standing === 'stale') this.expire(place, now);
      store.setStamp(slot, this.#book.moment);
    }
    return standing;
  }

  #weightOf(place: string, entry: ShelfEntry): number {
    if (this.#weigh !== undefined) {
      const weight = this.#weigh(entry.value, partsOf(place).key);
      if (!Number.isInteger(weight) || weight < 0) {
        throw new RangeError(`weigh must answer an integer of at least 0, got ${weight}`);
      }
      return weight;
    }
    return entry.bytes ?? weightOf(entry.value);
  }
}
