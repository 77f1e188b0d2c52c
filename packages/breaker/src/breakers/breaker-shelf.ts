import type { Owner } from '../circuit/state-machine-parts.ts';
import type { StatefulBreaker } from '../circuit/stateful-breaker.ts';
import { RecencyList, type Recent } from './recency-list.ts';

/** One breaker of a registry and when it was asked for last. */
export class ShelfEntry implements Recent<ShelfEntry>, Owner {
  readonly key: string;
  readonly #shelf: BreakerShelf;
  usedAt: number;
  newer: ShelfEntry | undefined;
  older: ShelfEntry | undefined;
  /** Found in use by a search for idle ones: out of the search until something about it changes. */
  isParked = false;
  #breaker: StatefulBreaker | undefined;

  constructor(key: string, shelf: BreakerShelf, now: number) {
    this.key = key;
    this.#shelf = shelf;
    this.usedAt = now;
  }

  get breaker(): StatefulBreaker {
    return this.#breaker as StatefulBreaker;
  }

  set breaker(breaker: StatefulBreaker) {
    this.#breaker = breaker;
  }

  released(): void {
    if (this.isParked) this.#shelf.unpark(this);
  }
}

/**
 * The breakers of a registry in the order of their use, and which of them may go: those that are closed with no call in
 * flight. A breaker found in use is set aside until it is released, so that a search never goes over it twice.
 */
export class BreakerShelf {
  readonly #entries = new Map<string, ShelfEntry>();
  readonly #searched = new RecencyList<ShelfEntry>();

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): ShelfEntry | undefined {
    return this.#entries.get(key);
  }

  all(): IterableIterator<ShelfEntry> {
    return this.#entries.values();
  }

  add(entry: ShelfEntry): void {
    this.#entries.set(entry.key, entry);
    this.#searched.add(entry);
  }

  use(entry: ShelfEntry, now: number): void {
    entry.usedAt = now;
    if (entry.isParked) this.unpark(entry);
    this.#searched.touch(entry);
  }

  unpark(entry: ShelfEntry): void {
    entry.isParked = false;
    this.#searched.insert(entry);
  }

  delete(entry: ShelfEntry): void {
    this.#entries.delete(entry.key);
    if (entry.isParked) entry.isParked = false;
    else this.#searched.remove(entry);
    entry.breaker.retire();
  }

  /** Forgets the idle breaker used longest ago; false when every one is in use. */
  deleteOldest(): boolean {
    const oldest = this.#idleFrom(this.#searched.oldest, Number.POSITIVE_INFINITY);
    if (oldest !== undefined) this.delete(oldest);
    return oldest !== undefined;
  }

  /** Forgets every idle breaker that was used last at `time` or earlier. */
  deleteUsedUntil(time: number): void {
    for (let entry = this.#idleFrom(this.#searched.oldest, time); entry !== undefined; ) {
      const { newer } = entry;
      this.delete(entry);
      entry = this.#idleFrom(newer, time);
    }
  }

  #idleFrom(from: ShelfEntry | undefined, usedUntil: number): ShelfEntry | undefined {
    for (let entry = from; entry !== undefined && entry.usedAt <= usedUntil; ) {
      if (isIdle(entry.breaker)) return entry;
      const { newer } = entry;
      this.#park(entry);
      entry = newer;
    }
    return undefined;
  }

  #park(entry: ShelfEntry): void {
    // A trial ends by itself when its time is over, and nobody would tell.
    if (entry.breaker.state === 'half-open') return;
    entry.isParked = true;
    this.#searched.remove(entry);
  }
}

/** True when forgetting it would forget nothing that matters. */
export function isIdle(breaker: StatefulBreaker): boolean {
  return breaker.inFlight === 0 && breaker.state === 'closed';
}
