import type { Random } from '@xc/core';
import type { FrequencySketch } from './frequency-sketch.ts';
import { ABSENT, HashIndex } from './hash-index.ts';
import type { PolicyColumns } from './policy-columns.ts';
import type { Slot } from './slot.ts';
import { WindowTinyLfu } from './window-tiny-lfu.ts';

/** Slots below this fit into 16 bits, and no slot beside them: all but the caches of millions of keys. */
const MOST_SHORT = 32_767;

/** A W-TinyLFU cache of hashes without values, to learn what a window of this size would hit: 9 bytes a key and its place in an index. */
export class MiniCache implements PolicyColumns {
  readonly #capacity: number;
  readonly #hashes: Int32Array;
  readonly #newer: Int16Array | Int32Array;
  readonly #older: Int16Array | Int32Array;
  readonly #places: Uint8Array;
  readonly #index: HashIndex;
  readonly #policy: WindowTinyLfu;
  #size = 0;
  /** One slot more than there is room for: the newest entry is in while it is decided which one goes. */
  #free: Slot = 0;

  constructor(capacity: number, windowRatio: number, sketch: FrequencySketch, random: Random) {
    this.#capacity = capacity;
    this.#hashes = new Int32Array(capacity + 1);
    const Slots = capacity < MOST_SHORT ? Int16Array : Int32Array;
    this.#newer = new Slots(capacity + 1);
    this.#older = new Slots(capacity + 1);
    this.#places = new Uint8Array(capacity + 1);
    this.#index = new HashIndex(capacity + 1);
    this.#policy = new WindowTinyLfu({ columns: this, capacity, windowRatio, sketch, random });
  }

  /** Uses the key with this hash, and says whether it was there. */
  access(hash: number): boolean {
    const known = this.#index.get(hash);
    if (known !== ABSENT) {
      this.#policy.used(known);
      return true;
    }
    this.#add(hash);
    return false;
  }

  hash(slot: Slot): number {
    return this.#hashes[slot] as number;
  }

  weight(): number {
    return 1;
  }

  place(slot: Slot): number {
    return this.#places[slot] as number;
  }

  setPlace(slot: Slot, place: number): void {
    this.#places[slot] = place;
  }

  newer(slot: Slot): Slot {
    return this.#newer[slot] as number;
  }

  setNewer(slot: Slot, newer: Slot): void {
    this.#newer[slot] = newer;
  }

  older(slot: Slot): Slot {
    return this.#older[slot] as number;
  }

  setOlder(slot: Slot, older: Slot): void {
    this.#older[slot] = older;
  }

  #add(hash: number): void {
    const slot = this.#free;
    this.#hashes[slot] = hash;
    this.#index.set(hash, slot);
    this.#policy.added(slot);
    this.#free = this.#size < this.#capacity ? ++this.#size : this.#evict();
  }

  #evict(): Slot {
    const victim = this.#policy.victim();
    this.#policy.removed(victim);
    this.#index.delete(this.#hashes[victim] as number);
    return victim;
  }
}
