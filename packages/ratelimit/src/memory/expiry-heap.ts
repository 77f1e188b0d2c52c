import { grown } from './slots.ts';

/**
 * Slots by the time at which they are due for a look: a binary heap over columns. A state that was prolonged stays where it
 * is and is put back when it comes up, so that a charge costs nothing here.
 */
export class ExpiryHeap {
  #heap = new Int32Array(0);
  #place = new Int32Array(0);
  #due = new Float64Array(0);
  #size = 0;

  /** The slot that is due first; -1 when there is none. */
  get top(): number {
    return this.#size === 0 ? -1 : (this.#heap[0] as number);
  }

  /** When the first is due; `Infinity` when there is none. */
  get nextDue(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#due[this.#heap[0] as number] as number);
  }

  add(slot: number, due: number): void {
    this.#due[slot] = due;
    this.#rise(this.#size++, slot);
  }

  /** Moves a slot to where its new time belongs. */
  move(slot: number, due: number): void {
    const earlier = due < (this.#due[slot] as number);
    this.#due[slot] = due;
    if (earlier) this.#rise(this.#place[slot] as number, slot);
    else this.#sink(this.#place[slot] as number, slot);
  }

  remove(slot: number): void {
    const place = this.#place[slot] as number;
    const last = this.#heap[--this.#size] as number;
    if (last === slot) return;
    this.#sink(place, last);
    if (this.#heap[place] === last) this.#rise(place, last);
  }

  grow(capacity: number): void {
    this.#heap = grown(this.#heap, capacity);
    this.#place = grown(this.#place, capacity);
    this.#due = grown(this.#due, capacity);
  }

  #rise(from: number, slot: number): void {
    const [heap, place, due] = [this.#heap, this.#place, this.#due];
    const own = due[slot] as number;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as number;
      if ((due[above] as number) <= own) break;
      heap[at] = above;
      place[above] = at;
      at = parent;
    }
    heap[at] = slot;
    place[slot] = at;
  }

  #sink(from: number, slot: number): void {
    const [heap, place, due, size] = [this.#heap, this.#place, this.#due, this.#size];
    const own = due[slot] as number;
    let at = from;
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      const right = child + 1;
      if (right < size && (due[heap[right] as number] as number) < (due[heap[child] as number] as number))
        child = right;
      const below = heap[child] as number;
      if ((due[below] as number) >= own) break;
      heap[at] = below;
      place[below] = at;
      at = child;
    }
    heap[at] = slot;
    place[slot] = at;
  }
}
