import type { SchedulePlan } from '../engine/engine-controls.ts';
import type { StoredSchedule } from '../engine/stored-schedule.ts';
import { type Due, DueHeap } from './due-heap.ts';

/** A schedule as it stands in memory. */
export interface MemorySchedule extends Due {
  stored: StoredSchedule;
}

/** Schedules by name, and by when their next slot becomes a job. */
export class ScheduleBook {
  readonly #byName: Map<string, MemorySchedule> = new Map();
  readonly #next: DueHeap<MemorySchedule> = new DueHeap();
  #revisions = 0;

  get(name: string): MemorySchedule | undefined {
    return this.#byName.get(name);
  }

  /** Replaces what there is, from the planned slot on; what was made is not forgotten. */
  put(plan: SchedulePlan): StoredSchedule {
    const before = this.#byName.get(plan.name);
    // Of all schedules, so that one that is removed and put again never has a revision a second time.
    this.#revisions += 1;
    const stored: StoredSchedule = {
      ...plan,
      revision: this.#revisions,
      made: before?.stored.made ?? 0,
      lastSlot: before?.stored.lastSlot,
      lastJob: before?.stored.lastJob,
    };
    const schedule = before ?? { stored, dueAt: 0, dueOrder: 0, dueIndex: -1 };
    this.#byName.set(plan.name, schedule);
    this.advance(schedule, stored);
    return stored;
  }

  advance(schedule: MemorySchedule, stored: StoredSchedule): void {
    schedule.stored = stored;
    if (stored.fireAt === undefined) this.#next.remove(schedule);
    else this.#next.put(schedule, stored.fireAt);
  }

  remove(name: string): boolean {
    const schedule = this.#byName.get(name);
    if (schedule === undefined) return false;
    this.#next.remove(schedule);
    return this.#byName.delete(name);
  }

  /** Those whose slot has come, at most 100, the earliest first. */
  due(now: number): StoredSchedule[] {
    if ((this.firstAt ?? Number.POSITIVE_INFINITY) > now) return [];
    const due = this.#next.due(now, 100).sort((a, b) => a.dueAt - b.dueAt || a.dueOrder - b.dueOrder);
    return due.map(({ stored }) => stored);
  }

  get firstAt(): number | undefined {
    return this.#next.first?.dueAt;
  }

  all(): StoredSchedule[] {
    return [...this.#byName.values()].map(({ stored }) => stored).sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
