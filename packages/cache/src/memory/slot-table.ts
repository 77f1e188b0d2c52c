import type { PolicyColumns } from './policy-columns.ts';
import { PAGE_SLOTS, SlotPage, TIMES } from './slot-page.ts';

/** The number of an entry's place. It belongs to the entry until the store is written to next: hold none over an `await`. */
export type Slot = number;

/** No slot. */
export const NONE = -1;

const SHIFT = Math.log2(PAGE_SLOTS);
const MASK = PAGE_SLOTS - 1;
const FRESH_UNTIL = 1;
const STAMP = 2;
const OLDER = 1;

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
    page.hits[at] = 0;
    page.marks[at] = 0;
    page.places[at] = 0;
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
    return this.page(slot).times[(slot & MASK) * TIMES] as number;
  }
  setStoredAt(slot: Slot, at: number): void {
    this.page(slot).times[(slot & MASK) * TIMES] = at;
  }

  freshUntil(slot: Slot): number {
    return this.page(slot).times[(slot & MASK) * TIMES + FRESH_UNTIL] as number;
  }

  stamp(slot: Slot): number {
    return this.page(slot).times[(slot & MASK) * TIMES + STAMP] as number;
  }
  setStamp(slot: Slot, stamp: number): void {
    this.page(slot).times[(slot & MASK) * TIMES + STAMP] = stamp;
  }

  keptUntil(slot: Slot): number {
    const page = this.page(slot);
    return (
      page.keptUntil === undefined ? page.times[(slot & MASK) * TIMES + FRESH_UNTIL] : page.keptUntil[slot & MASK]
    ) as number;
  }

  /** Sets both ends of an entry's life. */
  setLife(slot: Slot, freshUntil: number, keptUntil: number): void {
    const page = this.page(slot);
    const at = slot & MASK;
    page.times[at * TIMES + FRESH_UNTIL] = freshUntil;
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
    return this.page(slot).hashes[slot & MASK] as number;
  }
  setHash(slot: Slot, hash: number): void {
    this.page(slot).hashes[slot & MASK] = hash;
  }

  hits(slot: Slot): number {
    return this.page(slot).hits[slot & MASK] as number;
  }
  countHit(slot: Slot): void {
    (this.page(slot).hits[slot & MASK] as number)++;
  }

  marks(slot: Slot): number {
    return this.page(slot).marks[slot & MASK] as number;
  }
  setMarks(slot: Slot, marks: number): void {
    this.page(slot).marks[slot & MASK] = marks;
  }

  place(slot: Slot): number {
    return this.page(slot).places[slot & MASK] as number;
  }
  setPlace(slot: Slot, place: number): void {
    this.page(slot).places[slot & MASK] = place;
  }

  newer(slot: Slot): Slot {
    return this.page(slot).links[(slot & MASK) * 2] as number;
  }
  setNewer(slot: Slot, newer: Slot): void {
    this.page(slot).links[(slot & MASK) * 2] = newer;
  }

  older(slot: Slot): Slot {
    return this.page(slot).links[(slot & MASK) * 2 + OLDER] as number;
  }
  setOlder(slot: Slot, older: Slot): void {
    this.page(slot).links[(slot & MASK) * 2 + OLDER] = older;
  }
}

function freshTimes(page: SlotPage): Float64Array {
  return Float64Array.from({ length: PAGE_SLOTS }, (_, at) => page.times[at * TIMES + FRESH_UNTIL] as number);
}
