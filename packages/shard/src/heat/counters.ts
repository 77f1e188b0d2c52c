/** One counted key; those of one count are of one order, those of several in a heap. */
interface Counter {
  key: string;
  count: number;
  error: number;
  place: number;
}

/**
 * Space-saving (Metwally, Agrawal, El Abbadi 2005): so many counters for any number of keys. A new key takes over the smallest
 * counter, with its count as the error. Whoever has more than 1 / size of everything is among them.
 */
export class Counters {
  readonly #size: number;
  readonly #byKey = new Map<string, Counter>();
  /** Smallest first. */
  readonly #heap: Counter[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  add(key: string, amount: number): void {
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      known.count += amount;
      this.#sink(known);
    } else if (this.#heap.length < this.#size) {
      const counter = { key, count: amount, error: 0, place: this.#heap.length };
      this.#heap.push(counter);
      this.#byKey.set(key, counter);
      this.#rise(counter);
    } else {
      const least = this.#heap[0] as Counter;
      this.#byKey.delete(least.key);
      least.key = key;
      least.error = least.count;
      least.count += amount;
      this.#byKey.set(key, least);
      this.#sink(least);
    }
  }

  /** Makes all smaller by one factor; their order stays. */
  scale(factor: number): void {
    for (const counter of this.#heap) {
      counter.count *= factor;
      counter.error *= factor;
    }
  }

  largest(count: number): { key: string; count: number; error: number }[] {
    const ordered = [...this.#heap].sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
    return ordered.slice(0, count).map(({ key, count: own, error }) => ({ key, count: own, error }));
  }

  #rise(counter: Counter): void {
    const heap = this.#heap;
    let { place } = counter;
    while (place > 0) {
      const above = heap[(place - 1) >>> 1] as Counter;
      if (above.count <= counter.count) break;
      heap[place] = above;
      [above.place, place] = [place, above.place];
    }
    heap[place] = counter;
    counter.place = place;
  }

  #sink(counter: Counter): void {
    const heap = this.#heap;
    let { place } = counter;
    for (let child = 2 * place + 1; child < heap.length; child = 2 * place + 1) {
      const right = heap[child + 1];
      if (right !== undefined && right.count < (heap[child] as Counter).count) child += 1;
      const below = heap[child] as Counter;
      if (below.count >= counter.count) break;
      heap[place] = below;
      below.place = place;
      place = child;
    }
    heap[place] = counter;
    counter.place = place;
  }
}
