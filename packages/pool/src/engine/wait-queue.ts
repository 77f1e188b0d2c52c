import type { Waiter } from './waiter.ts';

interface Lane<T> {
  oldest: Waiter<T> | undefined;
  youngest: Waiter<T> | undefined;
}

/** Borrowers by level, and by arrival within a level. All operations cost O(levels), whoever leaves. */
export class WaitQueue<T> {
  readonly #lanes: readonly Lane<T>[];
  readonly #agingMs: number;
  #size = 0;

  constructor(levels: number, agingMs: number) {
    this.#lanes = Array.from({ length: levels }, () => ({ oldest: undefined, youngest: undefined }));
    this.#agingMs = agingMs;
  }

  get size(): number {
    return this.#size;
  }

  push(waiter: Waiter<T>): void {
    const lane = this.#lanes[waiter.level] as Lane<T>;
    waiter.previous = lane.youngest;
    if (lane.youngest === undefined) lane.oldest = waiter;
    else lane.youngest.next = waiter;
    lane.youngest = waiter;
    waiter.queued = true;
    this.#size++;
  }

  remove(waiter: Waiter<T>): void {
    const lane = this.#lanes[waiter.level] as Lane<T>;
    const { previous, next } = waiter;
    if (previous === undefined) lane.oldest = next;
    else previous.next = next;
    if (next === undefined) lane.youngest = previous;
    else next.previous = previous;
    waiter.previous = undefined;
    waiter.next = undefined;
    waiter.queued = false;
    this.#size--;
  }

  /** Who is served next: somebody who has waited for `agingMs`, else the oldest of the first level that has anybody. */
  first(now: number): Waiter<T> | undefined {
    if (this.#agingMs < Number.POSITIVE_INFINITY) {
      const oldest = this.oldest();
      if (oldest !== undefined && now - oldest.since >= this.#agingMs) return oldest;
    }
    for (const lane of this.#lanes) if (lane.oldest !== undefined) return lane.oldest;
    return undefined;
  }

  /** Who has waited the longest, on whatever level. */
  oldest(): Waiter<T> | undefined {
    let oldest: Waiter<T> | undefined;
    for (const { oldest: waiter } of this.#lanes) {
      if (waiter !== undefined && (oldest === undefined || waiter.turn < oldest.turn)) oldest = waiter;
    }
    return oldest;
  }

  /** Who would be served last. */
  lowest(): Waiter<T> | undefined {
    return this.#lanes.findLast((lane) => lane.youngest !== undefined)?.youngest;
  }
}
