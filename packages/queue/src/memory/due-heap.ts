/** What can stand in a {@link DueHeap}: in one at a time. */
export interface Due {
  /** Epoch ms; while it stands in the heap only the heap changes it. */
  dueAt: number;
  /** Breaks ties: the heap counts up as members enter. */
  dueOrder: number;
  /** Where it stands, -1 when in no heap. */
  dueIndex: number;
}

/** A binary heap by time, first in first out within a millisecond, whose members know their places: any leaves in O(log n). */
export class DueHeap<Item extends Due> {
  readonly #items: Item[] = [];
  #entered = 0;

  get size(): number {
    return this.#items.length;
  }

  /** The one that is due first. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  put(item: Item, dueAt: number): void {
    this.remove(item);
    item.dueAt = dueAt;
    item.dueOrder = ++this.#entered;
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  remove(item: Item): void {
    const index = item.dueIndex;
    if (index < 0) return;
    item.dueIndex = -1;
    const last = this.#items.pop() as Item;
    if (last === item) return;
    if (index > 0 && before(last, this.#items[(index - 1) >> 1] as Item)) this.#rise(last, index);
    else this.#sink(last, index);
  }

  /** All that are due at `now`, at most `limit`, in no order; they stay. */
  due(now: number, limit: number): Item[] {
    const found: Item[] = [];
    const open = [0];
    for (let index = open.pop(); index !== undefined && found.length < limit; index = open.pop()) {
      const item = this.#items[index];
      if (item === undefined || item.dueAt > now) continue;
      found.push(item);
      open.push(2 * index + 1, 2 * index + 2);
    }
    return found;
  }

  /** In no order. */
  [Symbol.iterator](): IterableIterator<Item> {
    return this.#items.values();
  }

  #rise(item: Item, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#items[parent] as Item;
      if (!before(item, above)) break;
      this.#items[index] = above;
      above.dueIndex = index;
      index = parent;
    }
    this.#items[index] = item;
    item.dueIndex = index;
  }

  #sink(item: Item, from: number): void {
    let index = from;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.#items.length) break;
      const right = this.#items[child + 1];
      if (right !== undefined && before(right, this.#items[child] as Item)) child += 1;
      const below = this.#items[child] as Item;
      if (!before(below, item)) break;
      this.#items[index] = below;
      below.dueIndex = index;
      index = child;
    }
    this.#items[index] = item;
    item.dueIndex = index;
  }
}

function before(a: Due, b: Due): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.dueOrder < b.dueOrder);
}
