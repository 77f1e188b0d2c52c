import type { Due, DueHeap } from './due-heap.ts';
import { Gcra } from './gcra.ts';
import type { Link } from './linked-list.ts';
import { LinkedList } from './linked-list.ts';
import type { MemoryJob } from './memory-job.ts';

/** What stands in a lane: a job without key, or a key's turn. */
export type Turn = MemoryJob | KeyGroup;

/**
 * The jobs of one key. It stands in a lane, as its turn, if and only if a job waits, another may run, and neither its rate nor a
 * job in retry makes it wait.
 */
export class KeyGroup implements Link, Due {
  readonly isTurn = true;
  readonly key: string;
  /** In the order of their start, over all lanes. */
  readonly jobs: LinkedList<MemoryJob> = new LinkedList();
  /** Live leases. */
  active = 0;
  /** Delayed jobs that it waits for. */
  holds = 0;
  /** Theoretical arrival time of its rate. */
  arrival: number = Gcra.none;
  /** Where it waits for a time, if anywhere. */
  heap: DueHeap<KeyGroup> | undefined = undefined;
  dueAt = 0;
  dueOrder = 0;
  dueIndex = -1;

  prev: Link | undefined = undefined;
  next: Link | undefined = undefined;
  list: LinkedList<Link> | undefined = undefined;

  constructor(key: string) {
    this.key = key;
  }
}
