import { AsyncResource } from 'node:async_hooks';
import type { Clock, Timer } from '@xc/core';

/** Something that has a time. Belongs to one agenda, once. */
export interface Due {
  /** Monotonic milliseconds; does not change while it is pending. */
  readonly dueAt: number;
  /** True from `add` until it fires or is dropped. The agenda sets it. */
  pending: boolean;
  due(now: number): void;
}

// Below this many, dropped ones are not worth a sweep.
const leastSweep = 64;

/**
 * All deadlines of a pool on one timer of its clock.
 *
 * A binary heap in which a dropped entry stays until it surfaces or until half of all are dropped: deadlines come mostly in the
 * order of their time and are mostly dropped, so that adding and dropping cost amortised O(1).
 */
export class Agenda {
  readonly #clock: Clock;
  readonly #heap: Due[] = [];
  /** Else the timer would keep the async context of whoever came last. */
  readonly #home = new AsyncResource('XcPoolAgenda');
  #dropped = 0;
  #timer: Timer | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Fires `due` at its time; never, when that is infinite. */
  add(due: Due): void {
    if (due.dueAt === Number.POSITIVE_INFINITY) return;
    due.pending = true;
    const heap = this.#heap;
    heap.push(due);
    if (heap.length > 1) this.#rise(heap.length - 1);
    if (due.dueAt < this.#wakeAt) this.#wake(due.dueAt);
  }

  /** Fires `fn` at a time of the clock, in a turn of its own even when that is past. */
  at(dueAt: number, fn: (now: number) => void): Due {
    const due: Due = { dueAt, pending: false, due: fn };
    this.add(due);
    return due;
  }

  /** Takes one out; harmless when it has fired. */
  drop(due: Due): void {
    if (!due.pending) return;
    due.pending = false;
    this.#dropped++;
    if (this.#dropped >= leastSweep && this.#dropped * 2 > this.#heap.length) this.#sweep();
  }

  #wake(at: number): void {
    this.#timer?.cancel();
    this.#wakeAt = at;
    const afterMs = Math.max(at - this.#clock.monotonic(), 0);
    this.#timer = this.#home.runInAsyncScope(() => this.#clock.after(afterMs, () => this.#fire()));
  }

  #fire(): void {
    const now = this.#clock.monotonic();
    const ripe: Due[] = [];
    const errors: unknown[] = [];
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.pending && first.dueAt > now) break;
      this.#shift();
      if (first.pending) ripe.push(first);
      else this.#dropped--;
    }
    // Taken out first, fired later: what they add is for the next turn, so that nothing can keep the event loop here.
    for (const due of ripe) {
      if (!due.pending) {
        // Dropped by one before it: counted, though no longer in the heap.
        this.#dropped = Math.max(this.#dropped - 1, 0);
        continue;
      }
      due.pending = false;
      try {
        due.due(now);
      } catch (error) {
        errors.push(error);
      }
    }
    this.#timer = undefined;
    this.#wakeAt = Number.POSITIVE_INFINITY;
    const next = this.#heap[0];
    if (next !== undefined) this.#wake(next.dueAt);
    // Somebody's code failed: the others have had their time, and the error goes where that of a timer goes.
    if (errors.length > 0) throw errors[0];
  }

  #sweep(): void {
    const heap = this.#heap;
    let kept = 0;
    for (const due of heap) if (due.pending) heap[kept++] = due;
    heap.length = kept;
    for (let at = (kept >> 1) - 1; at >= 0; at--) this.#sink(at);
    this.#dropped = 0;
  }

  #shift(): void {
    const last = this.#heap.pop() as Due;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const due = heap[from] as Due;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as Due;
      if (parent.dueAt <= due.dueAt) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = due;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const due = heap[from] as Due;
    const { length } = heap;
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= length) break;
      if (below + 1 < length && (heap[below + 1] as Due).dueAt < (heap[below] as Due).dueAt) below++;
      const child = heap[below] as Due;
      if (child.dueAt >= due.dueAt) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = due;
  }
}
