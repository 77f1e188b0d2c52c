import type { AddEntry, UniqueRule } from '../engine/add-request.ts';
import { DueHeap } from './due-heap.ts';
import type { MemoryJob } from './memory-job.ts';
import type { UniqueHolder } from './unique-holder.ts';

/** Unique keys and their holders: an unsettled job, or any job while a throttle lasts. */
export class UniqueKeys {
  readonly #holders: Map<string, UniqueHolder<MemoryJob>> = new Map();
  readonly #ends: DueHeap<UniqueHolder<MemoryJob>> = new DueHeap();

  /** The holder of a key; one whose time is over holds no more. */
  holder(key: string, now: number): UniqueHolder<MemoryJob> | undefined {
    const holder = this.#holders.get(key);
    if (holder === undefined || holder.dueIndex < 0 || holder.dueAt > now) return holder;
    this.#free(holder);
    return undefined;
  }

  /** The job of an entry is added and holds the key, in the place of whoever did. */
  take(job: MemoryJob, rule: UniqueRule, now: number): void {
    const before = this.#holders.get(rule.key);
    if (before !== undefined) this.#free(before);
    const { key, mode, ttlMs, maxWaitMs } = rule;
    const lastDue = now + (maxWaitMs ?? Number.POSITIVE_INFINITY);
    const holder = { key, job, mode, lastDue, followUp: undefined, dueAt: 0, dueOrder: 0, dueIndex: -1 };
    this.#holders.set(key, holder);
    // A debounce is timed by its job: the window is over when that starts.
    if (ttlMs !== undefined && mode !== 'debounce') this.#ends.put(holder, now + ttlMs);
    job.facts().unique = holder;
  }

  /** The job settled, or is gone by hand: the key is free, but for a throttle that goes on. What is to follow is returned. */
  release(job: MemoryJob, byHand: boolean): AddEntry | undefined {
    const holder = job.rare?.unique;
    if (holder === undefined || job.rare === undefined) return undefined;
    const { followUp } = holder;
    holder.followUp = undefined;
    if (holder.mode === 'throttle' && !byHand) return followUp;
    job.rare.unique = undefined;
    if (this.#holders.get(holder.key) === holder) this.#free(holder);
    return followUp;
  }

  /** Forgets keys whose time is over. */
  sweep(now: number, most: number): void {
    for (let left = most; left > 0; left -= 1) {
      const holder = this.#ends.first;
      if (holder === undefined || holder.dueAt > now) return;
      this.#free(holder);
    }
  }

  [Symbol.iterator](): IterableIterator<UniqueHolder<MemoryJob>> {
    return this.#holders.values();
  }

  // The job goes on to know its holder: a follow-up comes though the key was given away in the meantime.
  #free(holder: UniqueHolder<MemoryJob>): void {
    this.#holders.delete(holder.key);
    this.#ends.remove(holder);
  }
}
