import type { EngineQueue } from '../engine/queue-engine.ts';
import type { StoredJob } from '../engine/stored-job.ts';
import type { Watchers } from '../events/watchers.ts';
import type { JobState } from '../job/job-state.ts';
import type { JobView } from '../job/job-view.ts';
import { knownLane } from '../lanes/lane-order.ts';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import { abortSignal, duration, flag, integer, oneOf, refuseUnknown, text } from '../option-checks.ts';
import { jobView } from '../results/job-views.ts';
import type { Settlements } from '../results/settlements.ts';
import type { Call } from './call.ts';
import type { Counts } from './counts.ts';
import { knownId } from './known-id.ts';
import { checkLimits } from './limit-checks.ts';
import type { LimitOptions } from './limit-options.ts';
import type { ListOptions } from './queue.ts';
import type { QueueSettings } from './queue-settings.ts';
import type { ValueCodec } from './value-codec.ts';

const states: readonly JobState[] = ['blocked', 'delayed', 'waiting', 'active', 'done', 'dead', 'cancelled'];
const mostReason = 1_000;

/** What looking at jobs and changing them needs of the queue. */
export interface JobDeskHome {
  readonly engine: EngineQueue;
  readonly codec: ValueCodec;
  readonly lanes: readonly string[];
  readonly settings: QueueSettings;
  readonly metrics: QueueMetrics;
  readonly watchers: Watchers;
  readonly settlements: Settlements;
}

/** Looks at single jobs and at all of them, and changes them. */
export class JobDesk {
  readonly #home: JobDeskHome;

  constructor(home: JobDeskHome) {
    this.#home = home;
  }

  async inspect(id: string, call?: Call): Promise<JobView | undefined> {
    const [job] = await this.#home.engine.read('jobs', { ids: [knownId(id)] }, checkCall(call));
    return job === undefined ? undefined : jobView(job, this.#home.codec);
  }

  async list(options: ListOptions): Promise<{ jobs: JobView[]; cursor?: string }> {
    refuseUnknown(options, ['state', 'limit', 'cursor', 'signal']);
    const { state, limit = 100, cursor, signal } = options;
    oneOf('state', state, states);
    integer('limit', limit, 1, 1_000);
    if (cursor !== undefined) text('cursor', cursor, 10_000);
    const args = { state, limit, cursor, reason: undefined, type: undefined };
    const page = await this.#home.engine.read('list', args, { signal: abortSignal(signal) });
    const jobs = page.jobs.map((job) => jobView(job, this.#home.codec));
    return page.cursor === undefined ? { jobs } : { jobs, cursor: page.cursor };
  }

  async counts(call?: Call): Promise<Counts> {
    const { states: byState, paused, totals } = await this.#home.engine.read('counts', {}, checkCall(call));
    return { ...byState, paused, totals };
  }

  async cancel(
    id: string,
    options: { readonly reason?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<'cancelled' | 'requested' | 'settled' | 'missing'> {
    knownId(id);
    refuseUnknown(options, ['reason', 'signal']);
    const { reason, signal } = options;
    if (reason !== undefined) text('reason', reason, mostReason);
    const { engine, metrics, watchers } = this.#home;
    const call = { signal: abortSignal(signal) };
    await this.#registered(signal);
    const told = metrics.on || watchers.hears('cancelled');
    // Before: of what is not kept nothing is left afterwards.
    const [job] = told ? await engine.read('jobs', { ids: [id] }, call) : [];
    const outcome = await engine.control('cancel', { id, reason }, call);
    if (outcome === 'cancelled' && job !== undefined) this.#tellCancelled(job, reason);
    return outcome;
  }

  /** Who asked for a result before hears how it ended, though nothing of it may be kept. */
  #registered(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    return this.#home.settlements.registered(signal);
  }

  /** Of an active one its worker tells. */
  #tellCancelled({ id, record, attempt, delivery }: StoredJob, reason: string | undefined): void {
    const { metrics, watchers, settings } = this.#home;
    const { type } = record;
    if (metrics.on) metrics.settled.at(metrics.types.of(type), 'cancelled').inc();
    if (watchers.hears('cancelled'))
      watchers.tell('cancelled', { id, type, at: settings.clock.now(), attempt, delivery, reason });
  }

  async update(
    id: string,
    change: { readonly data?: unknown; readonly lane?: string | undefined; readonly delayMs?: number | undefined },
    call?: Call,
  ): Promise<'updated' | 'active' | 'settled' | 'missing'> {
    knownId(id);
    refuseUnknown(change, ['data', 'lane', 'delayMs'], 'change');
    const { lane, delayMs } = change;
    if (lane !== undefined) knownLane(this.#home.lanes, lane);
    if (delayMs !== undefined) duration('delayMs', delayMs);
    const data = 'data' in change ? { value: this.#home.codec.encodeData(change.data) } : undefined;
    return this.#home.engine.control('update', { id, data, lane, delayMs }, checkCall(call));
  }

  async remove(id: string, call?: Call): Promise<'removed' | 'active' | 'missing'> {
    knownId(id);
    await this.#registered(checkCall(call).signal);
    return this.#home.engine.control('remove', { id }, call);
  }

  async pause(call?: Call): Promise<void> {
    await this.#home.engine.control('pause', {}, checkCall(call));
  }

  async resume(call?: Call): Promise<void> {
    await this.#home.engine.control('resume', {}, checkCall(call));
  }

  async limit(change: LimitOptions, call?: Call): Promise<void> {
    await this.#home.engine.control('limit', checkLimits(change), checkCall(call));
  }

  async drain(
    options: { readonly delayed?: boolean | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    refuseUnknown(options, ['delayed', 'signal']);
    const { delayed = false, signal } = options;
    flag('delayed', delayed);
    await this.#registered(abortSignal(signal));
    let removed = 0;
    for (;;) {
      const slice = await this.#home.engine.control('drain', { delayed }, { signal });
      removed += slice.removed;
      if (!slice.more) return removed;
    }
  }
}

/** @throws TypeError unless it has nothing but a signal. */
export function checkCall(call: Call = {}): Call {
  refuseUnknown(call, ['signal']);
  abortSignal(call.signal);
  return call;
}
