import { LinkedList } from './linked-list.ts';
import type { MemoryJob } from './memory-job.ts';

/**
 * The live leases, by their end. Leases of one length end in the order in which they were taken or renewed, so a list for each
 * length is a queue by time without a heap.
 */
export class LeaseBook {
  readonly #byLength: Map<number, LinkedList<MemoryJob>> = new Map();
  size = 0;

  add(job: MemoryJob, now: number, leaseMs: number): void {
    job.until = now + leaseMs;
    this.#list(leaseMs).push(job);
    this.size += 1;
  }

  /** A lease never ends earlier by a renewal. */
  renew(job: MemoryJob, now: number, leaseMs: number): void {
    if (now + leaseMs < job.until) return;
    job.list?.remove(job);
    job.until = now + leaseMs;
    this.#list(leaseMs).push(job);
  }

  remove(job: MemoryJob): void {
    job.list?.remove(job);
    this.size -= 1;
  }

  /** When the first one ends. */
  get firstEnd(): number | undefined {
    let first: number | undefined;
    for (const { head } of this.#byLength.values()) {
      if (head !== undefined && (first === undefined || head.until < first)) first = head.until;
    }
    return first;
  }

  /** Those that have ended, the oldest lease first; they stay. */
  ended(now: number, most: number): MemoryJob[] {
    const ended: MemoryJob[] = [];
    for (const [leaseMs, list] of this.#byLength) {
      if (list.size === 0 && this.#byLength.size > 4) this.#byLength.delete(leaseMs);
      for (const job of list) {
        if (job.until > now || ended.length >= most) break;
        ended.push(job);
      }
    }
    return ended.length > 1 ? ended.sort((a, b) => a.fence - b.fence) : ended;
  }

  *[Symbol.iterator](): Generator<MemoryJob, void> {
    for (const list of this.#byLength.values()) yield* list;
  }

  #list(leaseMs: number): LinkedList<MemoryJob> {
    let list = this.#byLength.get(leaseMs);
    if (list === undefined) {
      list = new LinkedList();
      this.#byLength.set(leaseMs, list);
    }
    return list;
  }
}
