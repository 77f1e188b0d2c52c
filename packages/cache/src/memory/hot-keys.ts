/** How often a key was asked for. */
export interface KeyHeat {
  readonly key: string;
  readonly hits: number;
  readonly misses: number;
  readonly loadMs: number;
}

const COUNTERS = 1_024;

interface Counter {
  key: string;
  hits: number;
  misses: number;
  loadMs: number;
  /** Where it stands in the heap. */
  at: number;
}

/**
 * The keys with most requests out of any number, in 1,024 counters: a key without one takes over the smallest. So the counts of a
 * key are too high by at most 1/1,024 of all that was counted, and every key with more than that has a counter.
 *
 * Space-saving: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams", ICDT 2005.
 */
export class HotKeys {
  readonly #byKey = new Map<string, Counter>();
  /** A heap: none has fewer requests than its parent. */
  readonly #heap: Counter[] = [];

  /** Adds to what is known of a key. */
  count(key: string, hits: number, misses: number, loadMs: number): void {
    const counter = this.#byKey.get(key) ?? this.#take(key);
    counter.hits += hits;
    counter.misses += misses;
    counter.loadMs += loadMs;
    this.#sink(counter);
  }

  /** What is known of a key. */
  heat(key: string): KeyHeat | undefined {
    return this.#byKey.get(key);
  }

  /** Everything known, in no order. */
  all(): Iterable<KeyHeat> {
    return this.#heap;
  }

  #take(key: string): Counter {
    if (this.#heap.length === COUNTERS) return this.#takeOver(key);
    const counter = { key, hits: 0, misses: 0, loadMs: 0, at: this.#heap.length };
    this.#byKey.set(key, counter);
    this.#heap.push(counter);
    this.#rise(counter);
    return counter;
  }

  /** The counts stay: what was counted for others may have been for this key. The time of loads is not guessed. */
  #takeOver(key: string): Counter {
    const counter = this.#heap[0] as Counter;
    this.#byKey.delete(counter.key);
    this.#byKey.set(key, counter);
    counter.key = key;
    counter.loadMs = 0;
    return counter;
  }

  #rise(counter: Counter): void {
    for (let at = counter.at; at > 0; at = counter.at) {
      const parent = this.#heap[(at - 1) >> 1] as Counter;
      if (requests(parent) <= requests(counter)) return;
      this.#swap(parent, counter);
    }
  }

  #sink(counter: Counter): void {
    for (;;) {
      const left = this.#heap[counter.at * 2 + 1];
      if (left === undefined) return;
      const right = this.#heap[counter.at * 2 + 2] ?? left;
      const least = requests(right) < requests(left) ? right : left;
      if (requests(counter) <= requests(least)) return;
      this.#swap(counter, least);
    }
  }

  #swap(upper: Counter, lower: Counter): void {
    const { at } = upper;
    this.#heap[lower.at] = upper;
    this.#heap[at] = lower;
    upper.at = lower.at;
    lower.at = at;
  }
}

/** All requests of a key. */
export function requests(heat: KeyHeat): number {
  return heat.hits + heat.misses;
}
