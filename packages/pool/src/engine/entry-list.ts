import type { Entry } from './entry.ts';

/** Entries in the order in which they came; any of them leaves in O(1). */
export class EntryList<T> {
  #first: Entry<T> | undefined;
  #last: Entry<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Entry<T> | undefined {
    return this.#first;
  }

  get last(): Entry<T> | undefined {
    return this.#last;
  }

  push(entry: Entry<T>): void {
    this.#insert(entry, this.#last);
  }

  /** Puts an entry back where its idle time belongs. */
  insertByIdleTime(entry: Entry<T>): void {
    let before = this.#last;
    while (before !== undefined && before.idleSince > entry.idleSince) before = before.previous;
    this.#insert(entry, before);
  }

  remove(entry: Entry<T>): void {
    const { previous, next } = entry;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    entry.previous = undefined;
    entry.next = undefined;
    this.#size--;
  }

  toArray(): Entry<T>[] {
    const entries: Entry<T>[] = [];
    for (let entry = this.#first; entry !== undefined; entry = entry.next) entries.push(entry);
    return entries;
  }

  #insert(entry: Entry<T>, previous: Entry<T> | undefined): void {
    const next = previous === undefined ? this.#first : previous.next;
    entry.previous = previous;
    entry.next = next;
    if (previous === undefined) this.#first = entry;
    else previous.next = entry;
    if (next === undefined) this.#last = entry;
    else next.previous = entry;
    this.#size++;
  }
}
