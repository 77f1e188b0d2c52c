import type { EvictionPolicy } from './eviction-policy.ts';
import type { PolicyColumns } from './policy-columns.ts';
import type { Slot } from './slot.ts';
import { SlotList } from './slot-list.ts';

/** Evicts the entry that was not used for longest, exactly. */
export class LruPolicy implements EvictionPolicy {
  readonly watches = true;
  readonly windowRatio = 0;
  readonly #order: SlotList;

  constructor(columns: PolicyColumns) {
    this.#order = new SlotList(columns);
  }

  added(slot: Slot): void {
    this.#order.add(slot);
  }

  used(slot: Slot): void {
    this.#order.renew(slot);
  }

  resized(_slot: Slot, by: number): void {
    this.#order.resized(by);
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
