import { NONE, type Slot } from './slot.ts';

/** A Map of so many keys is copied, whenever it has seen as many deletions, in about a millisecond. */
const SHARD_KEYS = 16_384;
const MOST_SHARDS = 1_024;
/** A key is placed by up to so many of its characters. */
const SAMPLED = 8;

/**
 * Keys to slots. A Map copies all of itself from time to time, when it has grown or enough keys have come and gone: so a large
 * index is many Maps, and no write waits for more than one of them.
 */
export class KeyIndex {
  readonly #shards: (Map<string, Slot> | undefined)[];
  readonly #mask: number;
  #first = new Map<string, Slot>();
  #size = 0;

  /** @param maxKeys - how many keys there are at most. */
  constructor(maxKeys: number) {
    const shards = Math.min(MOST_SHARDS, 2 ** Math.ceil(Math.log2(Math.max(1, maxKeys / SHARD_KEYS))));
    this.#mask = shards - 1;
    this.#shards = new Array(shards).fill(undefined);
  }

  get size(): number {
    return this.#size;
  }

  get(key: string): Slot {
    const shard = this.#mask === 0 ? this.#first : this.#shards[shardOf(key) & this.#mask];
    return shard?.get(key) ?? NONE;
  }

  /** The key has no slot yet. */
  add(key: string, slot: Slot): void {
    this.#shard(key).set(key, slot);
    this.#size++;
  }

  delete(key: string): void {
    if (this.#shard(key).delete(key)) this.#size--;
  }

  clear(): void {
    this.#first = new Map();
    this.#shards.fill(undefined);
    this.#size = 0;
  }

  #shard(key: string): Map<string, Slot> {
    if (this.#mask === 0) return this.#first;
    const at = shardOf(key) & this.#mask;
    const known = this.#shards[at];
    if (known !== undefined) return known;
    const made = new Map<string, Slot>();
    this.#shards[at] = made;
    return made;
  }
}

/** Not a good hash, but a quick one: where keys crowd into one Map, only the pauses of that Map are longer. */
function shardOf(key: string): number {
  const step = (key.length >> 3) | 1;
  let hash = key.length;
  for (let at = key.length - 1, left = SAMPLED; at >= 0 && left > 0; at -= step, left--) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  }
  return hash ^ (hash >>> 15);
}
