import type { EvictionPolicy } from './eviction-policy.ts';
import { SlotList } from './slot-list.ts';
import type { Slot, SlotTable } from './slot-table.ts';

/** Evicts the entry that was not used for longest, exactly. */
export class LruPolicy implements EvictionPolicy {
  readonly windowRatio = 0;
  readonly #order: SlotList;

  constructor(table: SlotTable) {
    this.#order = new SlotList(table);
  }

  added(slot: Slot): void {
    this.#order.add(slot);
  }

  used(slot: Slot): void {
    this.#order.renew(slot);
  }

  removed(slot: Slot): void {
    this.#order.remove(slot);
  }

  victim(): Slot {
    return this.#order.oldest;
  }

  cleared(): void {
    this.#order.clear();
  }
}
