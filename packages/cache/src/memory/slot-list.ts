import { NONE, type Slot, type SlotTable } from './slot-table.ts';

/** Slots from the newest to the oldest. A slot is in one list at a time: the links are columns of its table. */
export class SlotList {
  readonly #table: SlotTable;
  #newest: Slot = NONE;
  #oldest: Slot = NONE;
  #size = 0;

  constructor(table: SlotTable) {
    this.#table = table;
  }

  get newest(): Slot {
    return this.#newest;
  }

  get oldest(): Slot {
    return this.#oldest;
  }

  get size(): number {
    return this.#size;
  }

  /** Puts a slot that is in no list before all others. */
  add(slot: Slot): void {
    const table = this.#table;
    const head = this.#newest;
    table.setNewer(slot, NONE);
    table.setOlder(slot, head);
    if (head === NONE) this.#oldest = slot;
    else table.setNewer(head, slot);
    this.#newest = slot;
    this.#size++;
  }

  remove(slot: Slot): void {
    const table = this.#table;
    const newer = table.newer(slot);
    const older = table.older(slot);
    if (newer === NONE) this.#newest = older;
    else table.setOlder(newer, older);
    if (older === NONE) this.#oldest = newer;
    else table.setNewer(older, newer);
    this.#size--;
  }

  /** Makes a slot of this list the newest one. */
  renew(slot: Slot): void {
    if (slot === this.#newest) return;
    this.remove(slot);
    this.add(slot);
  }

  clear(): void {
    this.#newest = NONE;
    this.#oldest = NONE;
    this.#size = 0;
  }
}
