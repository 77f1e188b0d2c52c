import { type Clock, XcError } from '@xc/core';
import type { AddReply } from '../engine/add-request.ts';
import { defaultKeep, defaultPerKey } from '../engine/default-policy.ts';
import type { QueuePolicy } from '../engine/queue-policy.ts';
import type { StepReply } from '../engine/step-reply.ts';
import type { Rate } from '../queue/rate.ts';
import { Gcra } from './gcra.ts';
import { JobLife } from './job-life.ts';
import { News } from './news.ts';
import { Remembered } from './remembered.ts';
import { ScheduleBook } from './schedule-book.ts';
import { WaitingRoom } from './waiting-room.ts';

/** Time of an engine: a fixed epoch and a clock that never goes back, so that a wall clock that jumps changes nothing. */
export interface EngineTime {
  readonly clock: Clock;
  readonly epoch: number;
}

/** Knows leases that were kept while nothing of this process ran. */
export interface LeaseKeeper {
  /** Renews them, before any lease is judged by the time that it is now. */
  catchUp(now: number): void;
}

/** What all queues of an engine share. */
export interface EngineRoom {
  readonly time: EngineTime;
  readonly maxJobs: number | undefined;
  readonly queues: Map<string, MemoryQueue>;
}

/** The state of one queue, shared by all who open it by this name. */
export class MemoryQueue {
  readonly name: string;
  readonly news: News = new News();
  readonly life: JobLife;
  readonly schedules: ScheduleBook = new ScheduleBook();
  /** Requests of adds and their answers. A caller in this process loses no answer, so a few are enough. */
  readonly requests: Remembered<AddReply> = new Remembered(4096, 60_000);
  readonly replies: Map<string, { readonly number: number; readonly reply: StepReply; readonly until: number }> =
    new Map();
  readonly claims: Map<string, number> = new Map();
  readonly keepers: Set<LeaseKeeper> = new Set();
  readonly lanes: readonly string[];
  readonly engine: EngineRoom;
  paused = false;
  concurrency: number | undefined;
  rate: Rate | undefined;
  gcra: Gcra | undefined;
  /** Theoretical arrival time of the queue's rate. */
  arrival: number = Gcra.none;
  #sequence = 0;

  constructor(name: string, policy: QueuePolicy, engine: EngineRoom) {
    const perKey = { ...defaultPerKey, rate: undefined, ...given(policy.perKey ?? {}) };
    const keep = { ...defaultKeep, ...given(policy.keep ?? {}) };
    this.name = name;
    this.engine = engine;
    this.lanes = policy.lanes;
    this.life = new JobLife(new WaitingRoom(policy.lanes, perKey), this.news, keep);
    this.concurrency = policy.concurrency;
    this.limitRate(policy.rate);
  }

  /** Whole milliseconds: what is stored must be told apart from what was a moment ago by everybody alike. */
  now(): number {
    const { clock, epoch } = this.engine.time;
    return Math.floor(epoch + clock.monotonic());
  }

  /** The event loop may have been blocked since the last call. */
  catchUp(): void {
    if (this.keepers.size === 0) return;
    const now = this.now();
    for (const keeper of this.keepers) keeper.catchUp(now);
  }

  newId(): string {
    this.#sequence += 1;
    return `~${this.#sequence.toString(36)}`;
  }

  limitRate(rate: Rate | undefined): void {
    this.rate = rate;
    this.gcra = rate && new Gcra(rate);
    // A faster rate holds at once.
    if (this.gcra !== undefined) this.arrival = this.gcra.adopted(this.arrival, this.now());
  }

  /** Jobs that have not settled. */
  get unsettled(): number {
    const { room, delayed, blocked, leases } = this.life;
    return room.size + delayed.size + blocked.size + leases.size;
  }

  /** How many more jobs it takes. */
  vacancies(maxWaiting: number | undefined): number {
    let free = Number.POSITIVE_INFINITY;
    if (maxWaiting !== undefined) free = maxWaiting - this.life.room.size - this.life.delayed.size;
    const { maxJobs, queues } = this.engine;
    if (maxJobs === undefined) return free;
    let held = 0;
    for (const queue of queues.values()) held += queue.unsettled;
    return Math.min(free, maxJobs - held);
  }

  /** Whether a worker that asked now would get a job. */
  hasWork(now: number): boolean {
    if (this.paused || !this.life.room.hasTurn()) return false;
    if (this.concurrency !== undefined && this.life.leases.size >= this.concurrency) return false;
    return this.gcra === undefined || this.gcra.room(this.arrival, now, 1) > 0;
  }

  /** Wakes an idle worker where there is something new for it: a job, or an earlier time to look at. */
  tellWork(): void {
    const { sooner, hasIdle } = this.news;
    this.news.sooner = false;
    // A job that waits for the queue's rate counts: somebody has to know when to look.
    if (hasIdle && (sooner || (!this.paused && this.life.room.hasTurn()))) this.news.wakeOne();
  }

  /** Takes over what a newcomer's policy gives and what differs. @throws XC_QUEUE_CONFIG_MISMATCH for other lanes */
  adopt(policy: QueuePolicy): readonly string[] {
    if (!same([...policy.lanes].sort(), [...this.lanes].sort())) {
      const [expected, actual] = [this.lanes.join(', '), policy.lanes.join(', ')];
      const message = `lanes of queue ${this.name} must be ${expected}, got ${actual}`;
      throw new XcError('XC_QUEUE_CONFIG_MISMATCH', message, { details: { queue: this.name, expected, actual } });
    }
    const changed: string[] = [];
    if (policy.concurrency !== undefined && policy.concurrency !== this.concurrency) {
      this.concurrency = policy.concurrency;
      changed.push('concurrency');
    }
    if (policy.rate !== undefined && !same(policy.rate, this.rate)) {
      this.limitRate(policy.rate);
      changed.push('rate');
    }
    const { room, shelves } = this.life;
    const perKey = { ...room.limits, ...given(policy.perKey ?? {}) };
    if (!same(perKey, room.limits)) {
      room.limit(perKey, this.now());
      changed.push('perKey');
    }
    for (const state of ['done', 'dead'] as const) {
      const keep = policy.keep?.[state];
      if (keep === undefined || same(keep, shelves[state].keep)) continue;
      shelves[state].keep = keep;
      if (state === 'done') shelves.cancelled.keep = keep;
      changed.push(`keep.${state}`);
    }
    return changed;
  }
}

/** Without what is `undefined`. */
function given<T extends object>(options: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]: Exclude<T[Name], undefined> };
}

/** Plain data, whatever the order of names. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));
}

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
