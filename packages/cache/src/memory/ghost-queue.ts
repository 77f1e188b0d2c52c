import { ABSENT, HashIndex } from './hash-index.ts';

const FIRST_ROOM = 64;

/** The hashes of what was evicted last. Each stands for one eviction: those that came back since leave a gap. */
export class GhostQueue {
  #ring = new Int32Array(FIRST_ROOM);
  #index = new HashIndex(FIRST_ROOM);
  /** Evictions are numbered; those from `#first` up to `#next` are remembered. */
  #first = 0;
  #next = 0;

  /** @param room - how many evictions to remember from now on; at least 1. */
  add(hash: number, room: number): void {
    while (this.#next - this.#first >= room) this.#forget(this.#first++);
    if (this.#next - this.#first === this.#ring.length) this.#grow();
    this.#put(hash);
  }

  /** Whether the hash was there; it is no more. */
  take(hash: number): boolean {
    const known = this.#index.get(hash) !== ABSENT;
    if (known) this.#index.delete(hash);
    return known;
  }

  clear(): void {
    this.#index.clear();
    this.#first = this.#next;
  }

  #put(hash: number): void {
    const place = this.#next++ & (this.#ring.length - 1);
    this.#ring[place] = hash;
    this.#index.set(hash, place);
  }

  #forget(number: number): void {
    const place = number & (this.#ring.length - 1);
    const hash = this.#ring[place] as number;
    // One that came back and was evicted again stands in the index for its later eviction.
    if (this.#index.get(hash) === place) this.#index.delete(hash);
  }

  #grow(): void {
    const ring = this.#ring;
    const index = this.#index;
    const numbers = { from: this.#first, to: this.#next };
    this.#ring = new Int32Array(ring.length * 2);
    this.#index = new HashIndex(this.#ring.length);
    this.#first = 0;
    this.#next = 0;
    for (let number = numbers.from; number < numbers.to; number++) {
      const place = number & (ring.length - 1);
      const hash = ring[place] as number;
      this.#put(hash);
      if (index.get(hash) !== place) this.#index.delete(hash);
    }
  }
}
