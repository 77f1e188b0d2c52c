import { grown } from './slots.ts';

/** Slots from the most to the least recently used, as a doubly linked ring through two columns. */
export class RecencyList {
  // Link 0 closes the ring; slot s is link s + 1.
  #newer = new Int32Array(1);
  #older = new Int32Array(1);

  /** The least recently used one; -1 when there is none. */
  get oldest(): number {
    return (this.#newer[0] as number) - 1;
  }

  add(slot: number): void {
    const newer = this.#newer;
    const older = this.#older;
    const link = slot + 1;
    const head = older[0] as number;
    newer[link] = 0;
    older[link] = head;
    newer[head] = link;
    older[0] = link;
  }

  remove(slot: number): void {
    const newer = this.#newer;
    const older = this.#older;
    const link = slot + 1;
    older[newer[link] as number] = older[link] as number;
    newer[older[link] as number] = newer[link] as number;
  }

  /** Makes a slot of the list the most recently used one. */
  touch(slot: number): void {
    const older = this.#older;
    const link = slot + 1;
    const head = older[0] as number;
    if (head === link) return;
    const newer = this.#newer;
    const before = older[link] as number;
    const after = newer[link] as number;
    older[after] = before;
    newer[before] = after;
    newer[link] = 0;
    older[link] = head;
    newer[head] = link;
    older[0] = link;
  }

  grow(capacity: number): void {
    this.#newer = grown(this.#newer, capacity + 1);
    this.#older = grown(this.#older, capacity + 1);
  }
}
