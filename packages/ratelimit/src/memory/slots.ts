/** Numbers for every key, in columns rather than objects: a tenth of the memory, nothing for the collector to walk. */
export class Slots {
  /** What the columns mean is the business of the algorithm that a slot belongs to. */
  first: Float64Array;
  second: Float64Array;
  third: Float64Array;
  /** For states that no three numbers can tell. */
  readonly lists: unknown[] = [];
  readonly keys: (string | undefined)[] = [];
  #capacity: number;
  #used = 0;
  readonly #free: number[] = [];
  readonly #grow: (capacity: number) => void;

  /** @param grow - is told of every new capacity, to grow what else is kept for each slot. */
  constructor(grow: (capacity: number) => void) {
    this.#capacity = 64;
    this.#grow = grow;
    this.first = new Float64Array(this.#capacity);
    this.second = new Float64Array(this.#capacity);
    this.third = new Float64Array(this.#capacity);
    grow(this.#capacity);
  }

  /** How many are in use. */
  get size(): number {
    return this.#used - this.#free.length;
  }

  /** A slot with nothing in it. */
  take(key: string): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot === this.#capacity) {
      this.#capacity *= 2;
      this.first = grown(this.first, this.#capacity);
      this.second = grown(this.second, this.#capacity);
      this.third = grown(this.third, this.#capacity);
      this.#grow(this.#capacity);
    }
    this.keys[slot] = key;
    this.first[slot] = 0;
    this.second[slot] = 0;
    this.third[slot] = 0;
    return slot;
  }

  release(slot: number): void {
    this.keys[slot] = undefined;
    if (slot < this.lists.length) this.lists[slot] = undefined;
    this.#free.push(slot);
  }
}

/** The same numbers with room for more. */
export function grown<Numbers extends Float64Array | Int32Array>(numbers: Numbers, capacity: number): Numbers {
  const copy = new (numbers.constructor as new (length: number) => Numbers)(capacity);
  copy.set(numbers);
  return copy;
}
