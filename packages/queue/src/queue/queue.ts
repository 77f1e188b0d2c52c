import type { HealthProbe, Subscription, XcError } from '@xc/core';
import type { DeadLetters } from '../dead/dead-letters.ts';
import type { QueueEvents } from '../events/queue-events.ts';
import type { FlowNode, FlowRef } from '../flows/flow.ts';
import type { JobRef } from '../job/job-ref.ts';
import type { JobState } from '../job/job-state.ts';
import type { JobView } from '../job/job-view.ts';
import type { ScheduleOptions, ScheduleView, When } from '../schedules/schedule-options.ts';
import type { Handler, HandlerMap } from '../worker/handler.ts';
import type { WorkOptions } from '../worker/work-options.ts';
import type { Worker } from '../worker/worker.ts';
import type { AddItem, AddOptions } from './add-options.ts';
import type { Call } from './call.ts';
import type { Counts } from './counts.ts';
import type { JobTypes } from './job-types.ts';
import type { LimitOptions } from './limit-options.ts';

/**
 * A queue of jobs. What `add` has acknowledged runs, at least once, until it is done, dead or cancelled. After `close` every call
 * is refused with XC_QUEUE_CLOSED.
 */
export interface Queue<Jobs extends JobTypes> extends AsyncDisposable {
  readonly name: string;
  readonly dead: DeadLetters;
  /** Resolves once the engine has accepted the job. Calls of one tick travel together. */
  add<T extends keyof Jobs & string>(
    type: T,
    data: Jobs[T]['in'],
    options?: AddOptions,
  ): Promise<JobRef<Jobs[T]['out']>>;
  /**
   * Up to 10,000 jobs; per item the ref or the refusal, in order; one bad item does not stop the others. What `add` rejects with a TypeError
   * or RangeError is refused as `XC_QUEUE_BAD_ITEM`, with that error as cause.
   */
  addMany(
    items: readonly AddItem<Jobs>[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly (JobRef<unknown> | XcError)[]>;
  /**
   * Starts taking jobs. One function for every type, or one per type; `batch(fn)` where a handler wants many at once. A worker takes jobs
   * of all types, and hands back for 5 s those that it has no handler for: the handlers of a process belong in one call.
   */
  work(handlers: Handler<Jobs> | HandlerMap<Jobs>, options?: WorkOptions): Worker;
  /** Names a job by its id, without asking whether there is one. */
  ref(id: string): JobRef<unknown>;
  /** All that is known of a job, or `undefined` where there is none, or none any more. */
  inspect(id: string, options?: Call): Promise<JobView | undefined>;
  /**
   * Jobs of one state, page by page: waiting ones lane by lane, delayed ones by their time, settled ones newest first. Over several shards
   * one shard after the other.
   */
  list(options: ListOptions): Promise<{ jobs: JobView[]; cursor?: string }>;
  /** Exact, of one instant per shard. */
  counts(options?: Call): Promise<Counts>;
  /** Cancels a job that has not started; one that is active is asked to stop, and is not tried again. */
  cancel(
    id: string,
    options?: { readonly reason?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<'cancelled' | 'requested' | 'settled' | 'missing'>;
  /** Changes a job that is not active. */
  update(
    id: string,
    change: { readonly data?: unknown; readonly lane?: string | undefined; readonly delayMs?: number | undefined },
    options?: Call,
  ): Promise<'updated' | 'active' | 'settled' | 'missing'>;
  /** Takes away a job that is not active, whatever its state. */
  remove(id: string, options?: Call): Promise<'removed' | 'active' | 'missing'>;
  /** After the reply no job is leased until resume, by anyone. Leased jobs finish. */
  pause(options?: Call): Promise<void>;
  /** Lets jobs be leased again. */
  resume(options?: Call): Promise<void>;
  /**
   * Changes limits for every process at once; `undefined` leaves, `null` lifts. A faster rate lets the next job start within its own
   * interval: what has started before counts as one burst under it at most.
   */
  limit(change: LimitOptions, options?: Call): Promise<void>;
  /** Puts a schedule, or replaces the one of this name: from its next slot after now on it makes jobs. */
  schedule<T extends keyof Jobs & string>(
    name: string,
    when: When,
    type: T,
    data: Jobs[T]['in'],
    options?: ScheduleOptions,
  ): Promise<ScheduleView>;
  /** All schedules and where they stand. */
  schedules(options?: Call): Promise<ScheduleView[]>;
  /** Takes a schedule away; jobs it has made stay. False where there is none. */
  unschedule(name: string, options?: Call): Promise<boolean>;
  /** Adds a graph of jobs in one step; the edges decide what runs after what. */
  flow(
    nodes: readonly FlowNode<Jobs>[],
    options?: { readonly id?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<FlowRef>;
  /**
   * `process`: what this queue object and its workers do (free): jobs are `added` by its calls, by schedules that its workers look after,
   * and under a `latest` key when they settle the job before. `all`: every process (Redis engine with `events`). What else follows from
   * the end of another job, as the death of those that needed its success, is told in the scope `all` only. There events come in the
   * order in which things happened; in the scope `process`, over Redis, a worker may tell `started` before the call that adds tells `added`.
   *
   * @throws XcError XC_QUEUE_UNSUPPORTED for `all` where the engine keeps no events.
   */
  watch(
    events: QueueEvents,
    options?: { readonly scope?: 'process' | 'all' | undefined; readonly signal?: AbortSignal | undefined },
  ): Subscription;
  /** Removes what waits (and with `delayed`, what is delayed); dead letters stay. Returns how many. */
  drain(options?: {
    readonly delayed?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<number>;
  /** Up, degraded, or down: the engine does not answer, or too many handlers are stuck. */
  probe(): HealthProbe;
  /** Stops its workers, sends what is buffered, lets go of the engine it created. Idempotent. */
  close(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

/** What `list` shows. */
export interface ListOptions {
  readonly state: JobState;
  /** At most 1000. @defaultValue 100 */
  readonly limit?: number | undefined;
  /** Of the page before. */
  readonly cursor?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}
