/** What stands in a `WaitQueue`; the queue keeps its links on it. */
export interface Queued<Self> {
  readonly priority: number;
  previous: Self | undefined;
  next: Self | undefined;
}

/** All of one priority, oldest first. */
interface Lane<W> {
  readonly priority: number;
  oldest: W | undefined;
  youngest: W | undefined;
}

/** Waiters by priority, then by age; adding, taking and leaving from the middle take the same time however many wait. */
export class WaitQueue<W extends Queued<W>> {
  readonly #lifo: boolean;
  // Highest priority first. There are as many lanes as priorities in use, which are few.
  readonly #lanes: Lane<W>[] = [];
  #size = 0;

  constructor(order: 'fifo' | 'lifo') {
    this.#lifo = order === 'lifo';
  }

  get size(): number {
    return this.#size;
  }

  add(waiter: W): void {
    const lane = this.#laneOf(waiter.priority);
    waiter.previous = lane.youngest;
    waiter.next = undefined;
    if (lane.youngest === undefined) lane.oldest = waiter;
    else lane.youngest.next = waiter;
    lane.youngest = waiter;
    this.#size += 1;
  }

  /** Takes out a waiter that is in. */
  remove(waiter: W): void {
    const lane = this.#laneOf(waiter.priority);
    const { previous, next } = waiter;
    if (previous === undefined) lane.oldest = next;
    else previous.next = next;
    if (next === undefined) lane.youngest = previous;
    else next.previous = previous;
    waiter.previous = undefined;
    waiter.next = undefined;
    this.#size -= 1;
    if (lane.oldest === undefined) this.#lanes.splice(this.#lanes.indexOf(lane), 1);
  }

  /** Takes out whose turn it is. */
  take(): W | undefined {
    const [lane] = this.#lanes;
    const waiter = this.#lifo ? lane?.youngest : lane?.oldest;
    if (waiter !== undefined) this.remove(waiter);
    return waiter;
  }

  /** The youngest of the lowest priority: who goes first when somebody must. */
  get least(): W | undefined {
    return this.#lanes.at(-1)?.youngest;
  }

  #laneOf(priority: number): Lane<W> {
    const at = this.#lanes.findIndex((lane) => lane.priority <= priority);
    const found = this.#lanes[at];
    if (found?.priority === priority) return found;
    const lane = { priority, oldest: undefined, youngest: undefined };
    this.#lanes.splice(at < 0 ? this.#lanes.length : at, 0, lane);
    return lane;
  }
}
