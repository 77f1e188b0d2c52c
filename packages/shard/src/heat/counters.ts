import { hashOfKey, KeyTable } from './key-table.ts';

/**
 * Space-saving (Metwally, Agrawal, El Abbadi 2005): so many counters for any number of keys. A new key takes over the smallest
 * counter, with its count as the error. Whoever has more than 1 / size of everything is among them.
 *
 * Counts only grow, so the heap may be ordered by what they were: a key that is known costs one look-up, and only the counter at
 * the top is ever put right.
 */
export class Counters {
  readonly #size: number;
  readonly #slots: KeyTable;
  readonly #counts: Float64Array;
  readonly #errors: Float64Array;
  /** Slots, and the counts by which they are ordered, smallest first. */
  readonly #heap: Int32Array;
  readonly #ordered: Float64Array;

  constructor(size: number) {
    this.#size = size;
    this.#slots = new KeyTable(size);
    this.#counts = new Float64Array(size);
    this.#errors = new Float64Array(size);
    this.#heap = new Int32Array(size);
    this.#ordered = new Float64Array(size);
  }

  add(key: string, amount: number): void {
    const hash = hashOfKey(key);
    const known = this.#slots.at(this.#slots.placeOf(key, hash));
    if (known >= 0) this.#counts[known] = (this.#counts[known] as number) + amount;
    else if (this.#slots.size < this.#size) this.#start(key, hash, amount);
    else this.#replaceLeast(key, hash, amount);
  }

  /** Makes all smaller by one factor; their order stays. */
  scale(factor: number): void {
    for (const values of [this.#counts, this.#errors, this.#ordered]) {
      for (let index = 0; index < values.length; index += 1) values[index] = (values[index] as number) * factor;
    }
  }

  largest(count: number): { key: string; count: number; error: number }[] {
    return this.#slots.keys
      .map((key, slot) => ({ key, count: this.#counts[slot] as number, error: this.#errors[slot] as number }))
      .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1))
      .slice(0, count);
  }

  #start(key: string, hash: number, amount: number): void {
    const slot = this.#slots.size;
    this.#slots.put(slot, key, hash);
    this.#counts[slot] = amount;
    let place = slot;
    while (place > 0) {
      const above = (place - 1) >>> 1;
      if ((this.#ordered[above] as number) <= amount) break;
      this.#put(place, this.#heap[above] as number, this.#ordered[above] as number);
      place = above;
    }
    this.#put(place, slot, amount);
  }

  #replaceLeast(key: string, hash: number, amount: number): void {
    const slot = this.#least();
    const count = this.#counts[slot] as number;
    this.#slots.takeBack(slot);
    this.#slots.put(slot, key, hash);
    this.#errors[slot] = count;
    this.#counts[slot] = count + amount;
  }

  /** The slot of the smallest count: what has grown since it was put at the top sinks first. */
  #least(): number {
    for (;;) {
      const slot = this.#heap[0] as number;
      const count = this.#counts[slot] as number;
      if (count === this.#ordered[0]) return slot;
      this.#sink(slot, count);
    }
  }

  #sink(slot: number, count: number): void {
    const ordered = this.#ordered;
    let place = 0;
    for (let child = 1; child < this.#size; child = 2 * place + 1) {
      if (child + 1 < this.#size && (ordered[child + 1] as number) < (ordered[child] as number)) child += 1;
      if ((ordered[child] as number) >= count) break;
      this.#put(place, this.#heap[child] as number, ordered[child] as number);
      place = child;
    }
    this.#put(place, slot, count);
  }

  #put(place: number, slot: number, count: number): void {
    this.#heap[place] = slot;
    this.#ordered[place] = count;
  }
}
