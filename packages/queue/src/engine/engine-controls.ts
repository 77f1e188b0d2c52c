import type { DeadReason } from '../job/job-error.ts';
import type { LimitOptions } from '../queue/limit-options.ts';
import type { AddEntry, Added } from './add-request.ts';
import type { SeenByWorker } from './engine-event.ts';
import type { JobRecord } from './job-record.ts';
import type { Lease } from './step-request.ts';
import type { StoredSchedule } from './stored-schedule.ts';

interface Control<Args, Reply> {
  readonly args: Args;
  readonly reply: Reply;
}
type None = Readonly<Record<never, never>>;

/** What `control` does, by kind. */
export interface EngineControls {
  /** After the reply no step gives a job until `resume`. */
  readonly pause: Control<None, void>;
  readonly resume: Control<None, void>;
  /** `undefined` leaves, `null` lifts. */
  readonly limit: Control<LimitOptions, void>;
  /** A job that is not active is cancelled; an active one is marked, and its holder told. */
  readonly cancel: Control<
    { readonly id: string; readonly reason: string | undefined },
    'cancelled' | 'requested' | 'settled' | 'missing'
  >;
  readonly update: Control<JobChange, 'updated' | 'active' | 'settled' | 'missing'>;
  /** Takes away a job that is not active, whatever its state; what depends on it is told as of a cancelled one. */
  readonly remove: Control<{ readonly id: string }, 'removed' | 'active' | 'missing'>;
  /** One slice; again while `more`. */
  readonly drain: Control<{ readonly delayed: boolean }, { readonly removed: number; readonly more: boolean }>;
  /** One slice, atomic; again with `cursor` while there is one. Jobs that die after the first slice are not met again. */
  readonly redrive: Control<
    RedriveRequest,
    { readonly redriven: number; readonly missing: readonly string[]; readonly cursor: string | undefined }
  >;
  /** One slice; again while `more`. */
  readonly drop: Control<
    {
      readonly ids: readonly string[] | undefined;
      readonly reason: DeadReason | undefined;
      readonly type: string | undefined;
      readonly olderThanMs: number | undefined;
    },
    { readonly removed: number; readonly more: boolean }
  >;
  /** Adds a graph in one step, on one shard. The same id again changes nothing. The caller has checked the graph. */
  readonly flow: Control<FlowRequest, FlowReply>;
  /** Puts or replaces a schedule: the revision grows, `made` stays. Every idle worker is woken. */
  readonly schedule: Control<SchedulePlan, StoredSchedule>;
  readonly unschedule: Control<{ readonly name: string }, boolean>;
  /** Turns slots into jobs if and only if the schedule still has this revision and slot. */
  readonly fire: Control<FireRequest, FireReply>;
  /**
   * Reads the record of a name, or with a value writes it unless there is one: what is recorded is in the reply. `lost` where the
   * lease had ended.
   */
  readonly once: Control<
    Lease & { readonly name: string; readonly value: Uint8Array | undefined },
    { readonly state: 'recorded'; readonly value: Uint8Array } | { readonly state: 'absent' | 'lost' }
  >;
  /** Appends a line, the last 100 are kept; false where the lease had ended. */
  readonly log: Control<Lease & { readonly line: string }, boolean>;
  /** True for one caller of all in so many ms. */
  readonly claim: Control<{ readonly name: string; readonly ms: number }, boolean>;
  /** A worker ends: it is idle no more and its last reply is forgotten. */
  readonly leave: Control<{ readonly worker: string }, void>;
  /** Starts or ends `sink.events`. @throws XC_QUEUE_UNSUPPORTED where the engine keeps no events */
  readonly watch: Control<{ readonly on: boolean }, void>;
  /** Tells those who watch what a worker saw; nothing where the engine keeps no events. */
  readonly tell: Control<SeenByWorker, void>;
}

/** What `update` changes. */
export interface JobChange {
  readonly id: string;
  /** `undefined`: data stay. */
  readonly data: { readonly value: Uint8Array | undefined } | undefined;
  readonly lane: string | undefined;
  /** From the engine's now on; 0 is waiting. */
  readonly delayMs: number | undefined;
}

/** Which dead letters go back, and how. */
export interface RedriveRequest {
  /** These, in this order; else all that fit the filter, in the order of their death. */
  readonly ids: readonly string[] | undefined;
  readonly reason: DeadReason | undefined;
  readonly type: string | undefined;
  /** How many at most; the caller counts down over slices. */
  readonly max: number | undefined;
  /** `undefined`: each its own. */
  readonly lane: string | undefined;
  /** Whether `once` records go. */
  readonly forget: boolean;
  /** Whether dependents that died of it go back to blocked. They do not count as redriven. */
  readonly withDependents: boolean;
  readonly by: string | undefined;
  readonly cursor: string | undefined;
}

/** A graph of jobs. */
export interface FlowRequest {
  /** The caller's, or `undefined`: the engine gives one. */
  readonly id: string | undefined;
  readonly nodes: readonly FlowNodeEntry[];
}

/** One node; an edge names what it comes after by its place among the nodes. */
export interface FlowNodeEntry {
  readonly name: string;
  readonly entry: AddEntry;
  readonly after: readonly { readonly node: number; readonly on: 'success' | 'settled' }[];
}

/** The flow, new or found. */
export interface FlowReply {
  readonly id: string;
  readonly outcome: 'added' | 'exists' | 'full';
  /** Of the flow as it is, which may have other names than were asked. */
  readonly jobs: readonly { readonly name: string; readonly id: string }[];
}

/** A schedule to put. */
export interface SchedulePlan {
  readonly name: string;
  readonly spec: string;
  readonly record: JobRecord;
  readonly slot: number | undefined;
  readonly fireAt: number | undefined;
}

/** Slots to turn into jobs. */
export interface FireRequest {
  readonly name: string;
  readonly revision: number;
  readonly slot: number;
  /** Jobs of the slots, oldest first; may be none. */
  readonly entries: readonly AddEntry[];
  /** Makes none while the last job of this schedule has not settled; the slot passes all the same. */
  readonly skipIfRunning: boolean;
  readonly next: { readonly slot: number; readonly fireAt: number } | undefined;
}

/**
 * `fired`: with fewer jobs than were asked where the queue is full; the schedule stays with the first slot that is left, and is due
 * again in a second. `stale`: another worker was faster or the schedule changed; nothing was done.
 */
export type FireReply =
  | { readonly state: 'fired'; readonly jobs: readonly Added[] }
  | { readonly state: 'skipped' | 'stale' };
