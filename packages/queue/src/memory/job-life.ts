import type { AddEntry } from '../engine/add-request.ts';
import type { JobRecord } from '../engine/job-record.ts';
import { type JobTrigger, type MachineState, type Transition, transition } from '../state/transitions.ts';
import { DueHeap } from './due-heap.ts';
import { FlowBook } from './flow-book.ts';
import { LeaseBook } from './lease-book.ts';
import { LinkedList } from './linked-list.ts';
import { type Expiry, MemoryJob } from './memory-job.ts';
import type { MoveDetails } from './move-details.ts';
import type { News } from './news.ts';
import { Shelf } from './shelf.ts';
import { UniqueKeys } from './unique-keys.ts';
import type { WaitingRoom } from './waiting-room.ts';

const NOTHING: MoveDetails = {};
/** Engine milliseconds times this are fences, so that they grow even after a failover that forgot the last ones. */
const FENCES_PER_MS = 2048;

/** The jobs of a queue and the places where they stand. Every move goes by the table of transitions, and only here. */
export class JobLife {
  readonly jobs: Map<string, MemoryJob> = new Map();
  readonly room: WaitingRoom;
  readonly delayed: DueHeap<MemoryJob> = new DueHeap();
  readonly blocked: LinkedList<MemoryJob> = new LinkedList();
  readonly leases: LeaseBook = new LeaseBook();
  readonly shelves: { readonly done: Shelf; readonly dead: Shelf; readonly cancelled: Shelf };
  readonly expiries: DueHeap<Expiry> = new DueHeap();
  readonly uniques: UniqueKeys = new UniqueKeys();
  readonly flows: FlowBook = new FlowBook(this);
  readonly totals = { added: 0, done: 0, dead: 0, cancelled: 0, failed: 0, lost: 0 };
  /** Jobs that are in no state any more. */
  removed = 0;
  readonly news: News;
  #lastFence = 0;
  #settles = 0;

  constructor(room: WaitingRoom, news: News, keep: { readonly done: Shelf['keep']; readonly dead: Shelf['keep'] }) {
    this.room = room;
    this.news = news;
    this.shelves = { done: new Shelf(keep.done), dead: new Shelf(keep.dead), cancelled: new Shelf(keep.done) };
  }

  add(id: string, record: JobRecord, now: number, on: 'add' | 'add-delayed' | 'add-blocked', dueAt: number): MemoryJob {
    const job = new MemoryJob(id, record, now, dueAt);
    this.jobs.set(id, job);
    this.totals.added += 1;
    if (this.news.watched) this.news.tell({ event: 'added', id, type: record.type, at: now });
    this.#enter(job, transition('absent', on) as Transition, now, { dueAt });
    return job;
  }

  /** Gives the job that is next in its lane a lease. */
  lease(job: MemoryJob, now: number, leaseMs: number): void {
    const row = transition(job.state, 'lease') as Transition;
    this.room.start(job, now);
    job.state = row.to;
    job.delivery += 1;
    job.startedAt = now;
    this.#lastFence = Math.max(this.#lastFence + 1, now * FENCES_PER_MS);
    job.fence = this.#lastFence;
    this.leases.add(job, now, leaseMs);
    if (job.rare?.expiry !== undefined) this.#neverExpires(job);
    if (this.news.watched) this.news.tell({ event: 'started', at: now, ...told(job) });
  }

  /** Moves a job by the table and returns where to; `undefined` where the table refuses, and nothing has changed. */
  move(job: MemoryJob, on: JobTrigger, now: number, details: MoveDetails = NOTHING): MachineState | undefined {
    const row = transition(job.state, on);
    if (row === undefined) return undefined;
    if (row.to === 'marked') {
      if (job.state !== 'marked') job.reason = details.reason;
      job.state = 'marked';
      return row.to;
    }
    const wasLeased = job.fence !== 0;
    this.#leave(job, now);
    if (row.burnsAttempt) {
      job.attempt += 1;
      this.totals.failed += 1;
    }
    if (row.countsLoss) {
      job.lost += 1;
      this.totals.lost += 1;
    } else if (wasLeased) job.lost = 0;
    if (details.error !== undefined) job.error = details.error;
    this.#enter(job, row, now, details);
    return row.to;
  }

  /** A dead job begins anew; blocked where edges into it are not met. */
  redrive(job: MemoryJob, now: number, by: string | undefined, lane: string | undefined, forget: boolean): void {
    const blocked = this.flows.reopen(job);
    job.attempt = 1;
    job.lost = 0;
    job.reason = undefined;
    job.settledAt = undefined;
    if (job.rare?.expiry !== undefined) this.#neverExpires(job);
    const facts = job.facts();
    if (forget) facts.once = undefined;
    facts.redrives = [...(facts.redrives ?? []), { at: now, by }];
    this.#leave(job, now);
    job.dueAt = now;
    if (lane !== undefined) job.record = { ...job.record, lane };
    this.#enter(job, transition('dead', blocked ? 'redrive-blocked' : 'redrive') as Transition, now, { dueAt: now });
  }

  /** The lane or the time of a waiting or delayed job changes; what is waiting and stays so goes to the end of its lane. */
  shift(job: MemoryJob, now: number, record: JobRecord, dueAt: number | undefined): void {
    const { state } = job;
    if (state === 'blocked') {
      job.record = record;
      return;
    }
    // What is delayed stands in no lane.
    if (dueAt === undefined && (state === 'delayed' || record.lane === job.record.lane)) {
      job.record = record;
      return;
    }
    const due = dueAt ?? job.dueAt;
    const on = due > now ? 'put-off' : 'due';
    const hold = job.holdsKey;
    this.#leave(job, now);
    job.record = record;
    const row = transition(state, on) ?? { to: 'waiting' };
    this.#enter(job, row as Transition, now, { dueAt: due, hold, first: hold });
  }

  /** The record goes: by retention, or by hand. */
  forget(job: MemoryJob, on: 'retain' | 'remove', now: number): boolean {
    if (transition(job.state, on) === undefined) return false;
    const settled = job.settledAt !== undefined;
    this.#leave(job, now);
    job.state = 'absent';
    this.jobs.delete(job.id);
    this.removed += 1;
    if (job.rare !== undefined) this.#forgetFacts(job, on === 'remove', settled, now);
    return true;
  }

  #forgetFacts(job: MemoryJob, byHand: boolean, settled: boolean, now: number): void {
    if (job.rare?.expiry !== undefined) this.#neverExpires(job);
    this.#tellWatchers(job, true);
    this.flows.gone(job, settled, now);
    const next = byHand ? this.uniques.release(job, true) : undefined;
    if (next !== undefined) this.onFollowUp(next, now);
  }

  /** Adds what `latest` kept back. */
  onFollowUp: (entry: AddEntry, now: number) => void = () => {};

  #leave(job: MemoryJob, now: number): void {
    const { state } = job;
    if (state === 'active' || state === 'marked') {
      this.leases.remove(job);
      job.fence = 0;
      this.room.stop(job, now);
    } else if (state === 'waiting') this.room.leave(job, now);
    else if (state === 'delayed') {
      this.delayed.remove(job);
      this.room.letGo(job, now);
    } else if (state === 'blocked') this.blocked.remove(job);
    // One of which nothing is kept stood on no shelf.
    else job.list?.remove(job);
  }

  #enter(job: MemoryJob, row: Transition, now: number, details: MoveDetails): void {
    const { to } = row;
    job.state = to;
    if (to === 'done') {
      job.result = details.result;
      // It was cancelled and made it all the same.
      job.reason = undefined;
      this.#settle(job, this.shelves.done, now);
    } else if (to === 'waiting') {
      if (details.dueAt !== undefined) job.dueAt = Math.min(details.dueAt, now);
      this.room.enter(job, now, details.first === true);
    } else if (to === 'delayed') {
      this.delayed.put(job, details.dueAt ?? now);
      if (details.hold) this.room.hold(job, now);
      if (this.delayed.first === job) this.news.sooner = true;
    } else if (to === 'blocked') this.blocked.push(job);
    else if (to === 'dead') {
      job.reason = details.dead ?? row.reason;
      this.#settle(job, this.shelves.dead, now);
    } else {
      job.reason = details.reason ?? job.reason;
      this.#settle(job, this.shelves.cancelled, now);
    }
  }

  #settle(job: MemoryJob, shelf: Shelf, now: number): void {
    job.settledAt = now;
    job.until = ++this.#settles;
    const kept = shelf.keep.count !== 0;
    if (kept) shelf.jobs.push(job);
    this.totals[job.state as 'done'] += 1;
    if (this.news.watched) this.news.tellSettled(job, now);
    if (job.rare !== undefined) this.#settleFacts(job, now);
    if (!kept) this.forget(job, 'retain', now);
    else {
      const tooMuch = shelf.tooMuch(now);
      if (tooMuch !== undefined) this.forget(tooMuch, 'retain', now);
    }
  }

  #settleFacts(job: MemoryJob, now: number): void {
    if (job.rare?.expiry !== undefined) this.#neverExpires(job);
    if (job.rare !== undefined) job.rare.passedBy = undefined;
    this.#tellWatchers(job, false);
    const next = this.uniques.release(job, job.state === 'cancelled');
    this.flows.settled(job, now);
    if (next !== undefined) this.onFollowUp(next, now);
  }

  #neverExpires(job: MemoryJob): void {
    const facts = job.facts();
    if (facts.expiry !== undefined) this.expiries.remove(facts.expiry);
    facts.expiry = undefined;
  }

  #tellWatchers(job: MemoryJob, missing: boolean): void {
    const watchers = job.rare?.watchers;
    if (job.rare === undefined || watchers === undefined) return;
    job.rare.watchers = undefined;
    for (const watcher of watchers) watcher.jobSettled(job, missing);
  }
}

function told(job: MemoryJob) {
  return { id: job.id, type: job.record.type, attempt: job.attempt, delivery: job.delivery };
}
