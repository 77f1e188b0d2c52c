import type { Slot } from './slot.ts';

/** What eviction policies read and write of an entry. The cache has it, and so does the small copy of it that a policy simulates. */
export interface PolicyColumns {
  hash(slot: Slot): number;
  /** What the entry takes of the room: 1, or its bytes. */
  weight(slot: Slot): number;
  place(slot: Slot): number;
  setPlace(slot: Slot, place: number): void;
  newer(slot: Slot): Slot;
  setNewer(slot: Slot, newer: Slot): void;
  older(slot: Slot): Slot;
  setOlder(slot: Slot, older: Slot): void;
}
