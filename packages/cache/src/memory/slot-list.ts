import type { PolicyColumns } from './policy-columns.ts';
import { NONE, type Slot } from './slot.ts';

/** Slots from the newest to the oldest, and what they weigh. A slot is in one list at a time: the links are columns of its table. */
export class SlotList {
  readonly #columns: PolicyColumns;
  #newest: Slot = NONE;
  #oldest: Slot = NONE;
  #weight = 0;

  constructor(columns: PolicyColumns) {
    this.#columns = columns;
  }

  get newest(): Slot {
    return this.#newest;
  }

  get oldest(): Slot {
    return this.#oldest;
  }

  /** The sum of all weights. */
  get weight(): number {
    return this.#weight;
  }

  /** Puts a slot that is in no list before all others. */
  add(slot: Slot): void {
    this.#link(slot);
    this.#weight += this.#columns.weight(slot);
  }

  remove(slot: Slot): void {
    this.#unlink(slot);
    this.#weight -= this.#columns.weight(slot);
  }

  /** Makes a slot of this list the newest one. */
  renew(slot: Slot): void {
    if (slot === this.#newest) return;
    this.#unlink(slot);
    this.#link(slot);
  }

  /** A slot of this list weighs so much more than it did. */
  resized(by: number): void {
    this.#weight += by;
  }

  clear(): void {
    this.#newest = NONE;
    this.#oldest = NONE;
    this.#weight = 0;
  }

  #link(slot: Slot): void {
    const columns = this.#columns;
    const head = this.#newest;
    columns.setNewer(slot, NONE);
    columns.setOlder(slot, head);
    if (head === NONE) this.#oldest = slot;
    else columns.setNewer(head, slot);
    this.#newest = slot;
  }

  #unlink(slot: Slot): void {
    const columns = this.#columns;
    const newer = columns.newer(slot);
    const older = columns.older(slot);
    if (newer === NONE) this.#newest = older;
    else columns.setOlder(newer, older);
    if (older === NONE) this.#oldest = newer;
    else columns.setNewer(older, newer);
  }
}
