import type { Rate } from '../queue/rate.ts';
import { DueHeap } from './due-heap.ts';
import { Gcra } from './gcra.ts';
import { KeyGroup, type Turn } from './key-group.ts';
import { LinkedList } from './linked-list.ts';
import type { MemoryJob } from './memory-job.ts';

/** What holds for the jobs of one key. */
export interface KeyLimits {
  readonly concurrency: number;
  readonly rate: Rate | undefined;
  readonly onRetry: 'wait' | 'pass';
}

/** Where jobs wait: lanes of jobs without key and of the turns of keys, each key with the jobs of its own. */
export class WaitingRoom {
  readonly lanes: ReadonlyMap<string, LinkedList<Turn>>;
  readonly groups: Map<string, KeyGroup> = new Map();
  /** Keys that wait for a time because of their rate. */
  readonly later: DueHeap<KeyGroup> = new DueHeap();
  /** Keys without jobs whose rate is to be remembered for a while. */
  readonly #fading: DueHeap<KeyGroup> = new DueHeap();
  /** Jobs that wait, those in keys included. */
  size = 0;
  #limits: KeyLimits;
  #gcra: Gcra | undefined;

  constructor(lanes: readonly string[], limits: KeyLimits) {
    this.lanes = new Map(lanes.map((lane) => [lane, new LinkedList<Turn>()]));
    this.#limits = limits;
    this.#gcra = limits.rate && new Gcra(limits.rate);
  }

  get limits(): KeyLimits {
    return this.#limits;
  }

  /** Holds for every key from now on, those that wait already too. */
  limit(limits: KeyLimits, now: number): void {
    this.#limits = limits;
    this.#gcra = limits.rate && new Gcra(limits.rate);
    for (const group of [...this.groups.values()]) {
      if (this.#gcra !== undefined) group.arrival = this.#gcra.adopted(group.arrival, now);
      this.#seat(group, now, false);
    }
  }

  /** A job becomes waiting, last or first of its lane (its key). */
  enter(job: MemoryJob, now: number, first: boolean): void {
    this.size += 1;
    const group = this.#groupOf(job);
    const list = group === undefined ? this.lane(job.record.lane) : group.jobs;
    if (first) list.unshift(job);
    else list.push(job);
    if (group !== undefined) this.#seat(group, now, first);
  }

  /** A waiting job leaves otherwise than to run. */
  leave(job: MemoryJob, now: number): void {
    this.size -= 1;
    job.list?.remove(job);
    const group = this.#groupOf(job);
    if (group !== undefined) this.#seat(group, now, false);
  }

  /** The job that is next in a lane; it stays. */
  next(lane: string): MemoryJob | undefined {
    const turn = this.lanes.get(lane)?.head;
    return turn?.isTurn ? turn.jobs.head : turn;
  }

  /** The job that is next runs: its key counts it, and goes to the end of the lane if another of it may run. */
  start(job: MemoryJob, now: number): void {
    this.size -= 1;
    job.list?.remove(job);
    const group = this.#groupOf(job);
    if (group === undefined) return;
    group.active += 1;
    if (this.#gcra !== undefined) group.arrival = this.#gcra.after(group.arrival, now, 1);
    group.list?.remove(group);
    this.#seat(group, now, false);
  }

  /** A lease of a job ended. */
  stop(job: MemoryJob, now: number): void {
    const group = this.#groupOf(job);
    if (group === undefined) return;
    group.active -= 1;
    this.#seat(group, now, false);
  }

  /** The key waits for this delayed job. */
  hold(job: MemoryJob, now: number): void {
    const group = this.#groupOf(job);
    if (group === undefined) return;
    job.holdsKey = true;
    group.holds += 1;
    this.#seat(group, now, false);
  }

  /** The key waits for it no longer. */
  letGo(job: MemoryJob, now: number): void {
    if (!job.holdsKey) return;
    job.holdsKey = false;
    const group = this.#groupOf(job) as KeyGroup;
    group.holds -= 1;
    this.#seat(group, now, false);
  }

  /** Gives keys whose time has come their turns. */
  wake(now: number, most: number): void {
    for (const heap of [this.later, this.#fading]) {
      for (let left = most; left > 0; left -= 1) {
        const group = heap.first;
        if (group === undefined || group.dueAt > now) break;
        this.#seat(group, now, false);
      }
    }
  }

  /** Whether something could start, limits of the whole queue aside. */
  hasTurn(): boolean {
    for (const lane of this.lanes.values()) if (lane.size > 0) return true;
    return false;
  }

  /** @throws RangeError for a lane that the queue does not have. */
  lane(name: string): LinkedList<Turn> {
    const lane = this.lanes.get(name);
    if (lane === undefined)
      throw new RangeError(`lane must be one of ${[...this.lanes.keys()].join(', ')}, got ${name}`);
    return lane;
  }

  #groupOf(job: MemoryJob): KeyGroup | undefined {
    const { key } = job.record;
    if (key === undefined) return undefined;
    let group = this.groups.get(key);
    if (group === undefined) {
      group = new KeyGroup(key);
      this.groups.set(key, group);
    }
    return group;
  }

  /** Puts the turn of a key where it belongs, or takes it away; forgets a key that says nothing any more. */
  #seat(group: KeyGroup, now: number, first: boolean): void {
    const head = group.jobs.head;
    const nextAt = this.#gcra?.nextAt(group.arrival) ?? 0;
    const free = head !== undefined && group.active < this.#limits.concurrency && group.holds === 0;
    const lane = free && nextAt <= now ? this.lane(head.record.lane) : undefined;
    if (group.list !== lane || (first && lane?.head !== group)) {
      group.list?.remove(group);
      if (first) lane?.unshift(group);
      else lane?.push(group);
    }
    const says = head !== undefined || group.active > 0 || group.holds > 0;
    const overAt = Gcra.overAt(group.arrival);
    // Also while the rate is lifted: it may be given another one.
    const fades = !says && overAt > now;
    if (free && lane === undefined) this.#schedule(group, this.later, nextAt);
    else this.#schedule(group, fades ? this.#fading : undefined, overAt);
    if (!says && !fades) this.groups.delete(group.key);
  }

  #schedule(group: KeyGroup, heap: DueHeap<KeyGroup> | undefined, at: number): void {
    if (group.heap !== heap) group.heap?.remove(group);
    group.heap = heap;
    heap?.put(group, at);
  }
}
