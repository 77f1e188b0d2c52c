import type { Keep } from '../queue/keep.ts';
import { LinkedList } from './linked-list.ts';
import type { MemoryJob } from './memory-job.ts';

/** Settled jobs of one state, oldest first, and how many of them are kept for how long. */
export class Shelf {
  readonly jobs: LinkedList<MemoryJob> = new LinkedList();
  keep: Keep;

  constructor(keep: Keep) {
    this.keep = keep;
  }

  /** The oldest that is too many or too old now; it stays. */
  tooMuch(now: number): MemoryJob | undefined {
    const oldest = this.jobs.head;
    if (oldest === undefined) return undefined;
    if (this.jobs.size > (this.keep.count ?? Number.POSITIVE_INFINITY)) return oldest;
    const { maxAgeMs } = this.keep;
    return maxAgeMs !== undefined && (oldest.settledAt as number) + maxAgeMs <= now ? oldest : undefined;
  }
}
