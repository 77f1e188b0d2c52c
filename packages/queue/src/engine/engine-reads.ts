import type { ProbeResult } from '@xc/core';
import type { DeadReason, JobError } from '../job/job-error.ts';
import type { JobState } from '../job/job-state.ts';
import type { Totals } from '../queue/counts.ts';
import type { SettledJob, StoredJob } from './stored-job.ts';
import type { StoredSchedule } from './stored-schedule.ts';

interface Read<Args, Reply> {
  readonly args: Args;
  readonly reply: Reply;
}
type None = Readonly<Record<never, never>>;

/** What `read` looks up, by kind. */
export interface EngineReads {
  /** One per id, `undefined` where there is none. */
  readonly jobs: Read<{ readonly ids: readonly string[] }, readonly (StoredJob | undefined)[]>;
  /** In the order of the state: waiting by lane, delayed by due time, active by lease end, settled ones newest first. Of several shards one after the other. */
  readonly list: Read<
    {
      readonly state: JobState;
      readonly limit: number;
      readonly cursor: string | undefined;
      /** Of dead ones. */
      readonly reason: DeadReason | undefined;
      readonly type: string | undefined;
    },
    { readonly jobs: readonly StoredJob[]; readonly cursor: string | undefined }
  >;
  /** `behindKeys`: `oldest` tells of jobs as well that wait for others of their key, or for its time, however many keys there are. */
  readonly counts: Read<{ readonly behindKeys?: boolean }, StoredCounts>;
  readonly schedules: Read<None, readonly StoredSchedule[]>;
  /** One per id: how it ended, or `undefined`: it has not, and `sink.settled` is told when it does, whatever is kept then. */
  readonly results: Read<ResultsAsked, readonly (SettledJob | undefined)[]>;
  /** What the edges into this job delivered; empty for a job outside of a flow. */
  readonly dependencies: Read<{ readonly id: string }, readonly Delivered[]>;
  /** Nodes of a flow, `undefined` where there is none any more. A removed node is `cancelled`. */
  readonly flow: Read<{ readonly id: string }, readonly Delivered[] | undefined>;
  readonly health: Read<None, ProbeResult>;
}

/** Whose end is asked for. */
export interface ResultsAsked {
  readonly ids: readonly string[];
  /**
   * The flow that these are nodes of: it still tells how those ended that are not kept, as long as it has a job. One that was removed is
   * `cancelled`. What is no node of it is missing, also where there is a job of this id.
   */
  readonly flow?: string | undefined;
}

/** Counts of one instant (per shard). */
export interface StoredCounts {
  readonly states: Readonly<Record<JobState, number>>;
  readonly paused: boolean;
  readonly totals: Totals;
  /** By lane: when the job that waits longest became waiting; lanes where nothing waits are left out. Jobs behind their key count if asked. */
  readonly oldest: Readonly<Record<string, number>>;
  readonly now: number;
}

/** A node of a flow and how it stands. */
export interface Delivered {
  readonly name: string;
  readonly id: string;
  readonly state: JobState;
  readonly result: Uint8Array | undefined;
  /** Of a dead one: errors of attempts that it got over, or was cancelled after, are not what it delivered. */
  readonly error: JobError | undefined;
}
