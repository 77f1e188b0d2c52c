import type { Slot } from './slot.ts';

/** Decides which entry goes when there is no room. */
export interface EvictionPolicy {
  /** Whether it has to be told of reads. Once it has, it always has. */
  readonly watches: boolean;
  /** Share of the room that new entries have; 0 where the policy has none. */
  readonly windowRatio: number;
  /** The slot holds a new entry. */
  added(slot: Slot): void;
  /** The entry of the slot was read, or written again. Reads come in batches, in their order, before the next `added` or `victim`. */
  used(slot: Slot): void;
  /** The entry of the slot weighs so much more than it did. */
  resized(slot: Slot, by: number): void;
  /** The entry of the slot goes; the slot still tells what it held. */
  removed(slot: Slot): void;
  /** The entry that goes next; there is at least one. */
  victim(): Slot;
  /** All entries have gone. */
  cleared(): void;
}
