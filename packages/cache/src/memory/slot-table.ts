import type { PolicyColumns } from './policy-columns.ts';
import { NONE, type Slot } from './slot.ts';
import { DOUBLES, INTS, PAGE_SLOTS, SlotPage } from './slot-page.ts';

const SHIFT = Math.log2(PAGE_SLOTS);
const MASK = PAGE_SLOTS - 1;
/** Doubles of a slot. */
const STORED_AT = 0;
const FRESH_UNTIL = 1;
const STAMP = 2;
/** Integers of a slot, behind its doubles. The last one has 16 bits of hits, 8 of the policy, 8 of the owner of the store. */
const NEWER = 6;
const OLDER = 7;
const HASH = 8;
const BITS = 9;
const HIT = 0x1_0000;
const HITS_SHIFT = 16;
const MOST_HITS = 0xffff;
const PLACE = 0xff00;
const PLACE_SHIFT = 8;
const MARKS = 0xff;

/** Slots in pages: growing copies nothing, so that no write pays for the size that the store has reached. */
export class SlotTable implements PolicyColumns {
  readonly #pages: SlotPage[] = [];
  readonly #weighed: boolean;
  #used = 0;
  #free: Slot = NONE;

  /** @param weighed - whether entries have a weight of their own; else each weighs 1. */
  constructor(weighed: boolean) {
    this.#weighed = weighed;
  }

  /** Slots below this number have been in use. */
  get used(): number {
    return this.#used;
  }

  get pages(): number {
    return this.#pages.length;
  }

  page(slot: Slot): SlotPage {
    return this.#pages[slot >>> SHIFT] as SlotPage;
  }

  /** A slot with nothing in it. */
  take(): Slot {
    const slot = this.#free;
    if (slot !== NONE) {
      this.#free = this.newer(slot);
      return slot;
    }
    if (this.#used === this.#pages.length << SHIFT) this.#pages.push(new SlotPage(this.#weighed));
    return this.#used++;
  }

  /** Forgets what the slot referred to and gives it back. */
  release(slot: Slot): void {
    const page = this.page(slot);
    const at = slot & MASK;
    page.keys[at] = undefined;
    page.values[at] = undefined;
    page.ints[at * INTS + BITS] = 0;
    if (page.extras !== undefined) page.extras[at] = undefined;
    this.setWeight(slot, 0);
    this.setNewer(slot, this.#free);
    this.#free = slot;
  }

  clear(): void {
    this.#pages.length = 0;
    this.#used = 0;
    this.#free = NONE;
  }

  key(slot: Slot): string | undefined {
    return this.page(slot).keys[slot & MASK];
  }
  setKey(slot: Slot, key: string): void {
    this.page(slot).keys[slot & MASK] = key;
  }

  value(slot: Slot): unknown {
    return this.page(slot).values[slot & MASK];
  }
  setValue(slot: Slot, value: unknown): void {
    this.page(slot).values[slot & MASK] = value;
  }

  storedAt(slot: Slot): number {
    return this.page(slot).doubles[(slot & MASK) * DOUBLES + STORED_AT] as number;
  }
  setStoredAt(slot: Slot, at: number): void {
    this.page(slot).doubles[(slot & MASK) * DOUBLES + STORED_AT] = at;
  }

  freshUntil(slot: Slot): number {
    return this.page(slot).doubles[(slot & MASK) * DOUBLES + FRESH_UNTIL] as number;
  }

  stamp(slot: Slot): number {
    return this.page(slot).doubles[(slot & MASK) * DOUBLES + STAMP] as number;
  }
  setStamp(slot: Slot, stamp: number): void {
    this.page(slot).doubles[(slot & MASK) * DOUBLES + STAMP] = stamp;
  }

  keptUntil(slot: Slot): number {
    const page = this.page(slot);
    return (
      page.keptUntil === undefined ? page.doubles[(slot & MASK) * DOUBLES + FRESH_UNTIL] : page.keptUntil[slot & MASK]
    ) as number;
  }

  /** Sets both ends of an entry's life. */
  setLife(slot: Slot, freshUntil: number, keptUntil: number): void {
    const page = this.page(slot);
    const at = slot & MASK;
    page.doubles[at * DOUBLES + FRESH_UNTIL] = freshUntil;
    if (page.keptUntil === undefined && keptUntil !== freshUntil) page.keptUntil = freshTimes(page);
    if (page.keptUntil !== undefined) page.keptUntil[at] = keptUntil;
    if (keptUntil < page.soonest) page.soonest = keptUntil;
  }

  loadMs(slot: Slot): number {
    return this.page(slot).loadMs?.[slot & MASK] ?? 0;
  }
  setLoadMs(slot: Slot, ms: number): void {
    const page = this.page(slot);
    if (ms !== 0) page.loadMs ??= new Float32Array(PAGE_SLOTS);
    if (page.loadMs !== undefined) page.loadMs[slot & MASK] = ms;
  }

  weight(slot: Slot): number {
    const { weights } = this.page(slot);
    return weights === undefined ? 1 : (weights[slot & MASK] as number);
  }
  setWeight(slot: Slot, weight: number): void {
    const { weights } = this.page(slot);
    if (weights !== undefined) weights[slot & MASK] = weight;
  }

  extra(slot: Slot): unknown {
    return this.page(slot).extras?.[slot & MASK];
  }
  setExtra(slot: Slot, extra: unknown): void {
    const page = this.page(slot);
    if (extra !== undefined) page.extras ??= new Array(PAGE_SLOTS).fill(undefined);
    if (page.extras !== undefined) page.extras[slot & MASK] = extra;
  }

  hash(slot: Slot): number {
    return this.page(slot).ints[(slot & MASK) * INTS + HASH] as number;
  }
  setHash(slot: Slot, hash: number): void {
    this.page(slot).ints[(slot & MASK) * INTS + HASH] = hash;
  }

  hits(slot: Slot): number {
    return (this.page(slot).ints[(slot & MASK) * INTS + BITS] as number) >>> HITS_SHIFT;
  }
  /** False when there is no room for another one. */
  countHit(slot: Slot): boolean {
    const { ints } = this.page(slot);
    const at = (slot & MASK) * INTS + BITS;
    const bits = ints[at] as number;
    if (bits >>> HITS_SHIFT === MOST_HITS) return false;
    ints[at] = bits + HIT;
    return true;
  }
  clearHits(slot: Slot): void {
    this.#setBits(slot, 0, MARKS | PLACE);
  }

  /** Bits of the owner of the store. */
  marks(slot: Slot): number {
    return (this.page(slot).ints[(slot & MASK) * INTS + BITS] as number) & MARKS;
  }
  setMarks(slot: Slot, marks: number): void {
    this.#setBits(slot, marks, ~MARKS);
  }

  /** Bits of the eviction policy. */
  place(slot: Slot): number {
    return ((this.page(slot).ints[(slot & MASK) * INTS + BITS] as number) & PLACE) >>> PLACE_SHIFT;
  }
  setPlace(slot: Slot, place: number): void {
    this.#setBits(slot, place << PLACE_SHIFT, ~PLACE);
  }

  newer(slot: Slot): Slot {
    return this.page(slot).ints[(slot & MASK) * INTS + NEWER] as number;
  }
  setNewer(slot: Slot, newer: Slot): void {
    this.page(slot).ints[(slot & MASK) * INTS + NEWER] = newer;
  }

  older(slot: Slot): Slot {
    return this.page(slot).ints[(slot & MASK) * INTS + OLDER] as number;
  }
  setOlder(slot: Slot, older: Slot): void {
    this.page(slot).ints[(slot & MASK) * INTS + OLDER] = older;
  }

  #setBits(slot: Slot, bits: number, kept: number): void {
    const { ints } = this.page(slot);
    const at = (slot & MASK) * INTS + BITS;
    ints[at] = ((ints[at] as number) & kept) | bits;
  }
}

function freshTimes(page: SlotPage): Float64Array {
  return Float64Array.from({ length: PAGE_SLOTS }, (_, at) => page.doubles[at * DOUBLES + FRESH_UNTIL] as number);
}
