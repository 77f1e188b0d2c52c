import {
  type Clock,
  type HealthProbe,
  isXcError,
  jsonCodec,
  type Logger,
  noopLogger,
  noopMeter,
  noopTracer,
  type Subscription,
  systemClock,
  type Tracer,
  type XcError,
} from '@xc/core';
import type { Queue as BullQueue } from 'bullmq';
import { defaultKeep } from '../engine/default-policy.ts';
import type { FlowRef } from '../flows/flow.ts';
import type { JobRef } from '../job/job-ref.ts';
import type { JobView } from '../job/job-view.ts';
import { QueueMetrics } from '../metrics/queue-metrics.ts';
import { duration, integer, oneOf, plainObject, refuseUnknown, text } from '../option-checks.ts';
import type { AddItem, AddOptions } from '../queue/add-options.ts';
import type { Counts } from '../queue/counts.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { ListOptions, Queue } from '../queue/queue.ts';
import { ValueCodec } from '../queue/value-codec.ts';
import type { ScheduleOptions, ScheduleView, When } from '../schedules/schedule-options.ts';
import type { Handler, HandlerMap } from '../worker/handler.ts';
import type { WorkOptions } from '../worker/work-options.ts';
import type { Worker } from '../worker/worker.ts';
import { BullAdding } from './bull-adding.ts';
import { BullCalls } from './bull-calls.ts';
import { closeInTime } from './bull-connections.ts';
import { changeData } from './bull-data.ts';
import { BullDead } from './bull-dead.ts';
import type { JobDefaults } from './bull-options.ts';
import { messageOf, thrownFor } from './bull-refusals.ts';
import { BullResults } from './bull-results.ts';
import { BullSchedules } from './bull-schedules.ts';
import { bullTypes, countsOf, stateOf, viewOf } from './bull-views.ts';
import { BullHandlers } from './bull-worker.ts';
import type { BullmqOptions } from './bullmq-options.ts';
import { unsupported } from './unsupported.ts';

/** A queue of BullMQ behind our interface. */
export class BullFront implements Queue<AnyJobs> {
  readonly name: string;
  readonly dead: BullDead;
  readonly #bull: BullQueue;
  readonly #bullmq: BullmqOptions['bullmq'];
  readonly #settings: { readonly connection: never; readonly prefix?: string };
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #tracer: Tracer;
  readonly #calls: BullCalls;
  readonly #adding: BullAdding;
  readonly #metrics: QueueMetrics;
  /** BullMQ writes values itself: this one only refuses what cannot be written. */
  readonly #codec: ValueCodec;
  readonly #results: BullResults;
  readonly #schedules: BullSchedules;
  readonly #workers = new Set<BullHandlers>();
  #closing: Promise<void> | undefined;

  constructor(name: string, options: BullmqOptions) {
    const { bullmq, connection, prefix, clock = systemClock, logger = noopLogger, tracer = noopTracer } = options;
    const { maxAttempts = 5, timeoutMs, keep = {}, meter = noopMeter, deadlineMs = 5_000 } = options;
    this.name = text('name', name, 100);
    this.#bullmq = bullmq;
    this.#settings = { connection: connection as never, ...(prefix === undefined ? {} : { prefix }) };
    this.#clock = clock;
    this.#logger = logger;
    this.#tracer = tracer;
    const defaults: JobDefaults = {
      maxAttempts: integer('maxAttempts', maxAttempts, 1, 1_000_000),
      timeoutMs,
      keep: { done: keep.done ?? defaultKeep.done, dead: keep.dead ?? defaultKeep.dead },
    };
    this.#codec = new ValueCodec(jsonCodec, name, Number.POSITIVE_INFINITY);
    this.#metrics = new QueueMetrics(meter, name, logger);
    this.#calls = new BullCalls(name, clock, duration('deadlineMs', deadlineMs, 1), this.#metrics);
    this.#bull = new bullmq.Queue(name, this.#settings);
    this.#bull.on('error', (error) => this.#heard(error));
    const shared = { name, bull: this.#bull, calls: this.#calls, clock, metrics: this.#metrics, defaults };
    this.#adding = new BullAdding({ ...shared, tracer, codec: this.#codec });
    this.#results = new BullResults(shared, () => new bullmq.QueueEvents(name, this.#settings));
    this.#schedules = new BullSchedules(this.#bull, defaults, clock);
    this.dead = new BullDead(shared);
  }

  async add(type: string, data: unknown, options: AddOptions = {}): Promise<JobRef<never>> {
    this.#calls.open();
    const [ref] = await this.addMany([{ type, data, options }], { signal: options.signal });
    if (isXcError(ref)) throw thrownFor(ref);
    return ref as JobRef<never>;
  }

  async addMany(
    items: readonly AddItem<AnyJobs>[],
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<(JobRef<unknown> | XcError)[]> {
    this.#calls.open();
    if (!Array.isArray(items)) throw new TypeError(`items must be an array, got ${typeof items}`);
    if (items.length > 10_000) throw new RangeError(`items must be at most 10000, got ${items.length}`);
    options.signal?.throwIfAborted();
    const added = await this.#adding.add(items);
    return added.map((each) => (isXcError(each) ? each : this.#refTo(each.id, each.outcome)));
  }

  work(handlers: Handler<AnyJobs> | HandlerMap<AnyJobs>, options: WorkOptions = {}): Worker {
    this.#calls.open();
    const worker: BullHandlers = new BullHandlers(
      {
        name: this.name,
        bullmq: this.#bullmq,
        settings: this.#settings,
        calls: this.#calls,
        clock: this.#clock,
        tracer: this.#tracer,
        codec: this.#codec,
        metrics: this.#metrics,
        unsettled: () => this.#bull.getJobCountByTypes('waiting', 'prioritized', 'active'),
        onError: (error) => this.#heard(error),
        onEnd: () => this.#workers.delete(worker),
      },
      handlers,
      options,
    );
    this.#workers.add(worker);
    return worker;
  }

  ref(id: string): JobRef<unknown> {
    return this.#refTo(text('id', id), 'known');
  }

  async inspect(id: string): Promise<JobView | undefined> {
    return this.#calls.ask(async () => {
      const state = stateOf(await this.#bull.getJobState(text('id', id)));
      const job = await this.#bull.getJob(id);
      if (job === undefined || state === undefined) return undefined;
      const { logs } = await this.#bull.getJobLogs(id, -100, -1);
      return viewOf(job, state, logs);
    });
  }

  async list(options: ListOptions): Promise<{ jobs: JobView[]; cursor?: string }> {
    return this.#calls.ask(async () => {
      const { state, limit = 100, cursor = '0' } = plainObject('options', options) as ListOptions;
      oneOf('state', state, Object.keys(bullTypes));
      integer('limit', limit, 1, 1_000);
      const from = integer('cursor', Number(cursor), 0, Number.MAX_SAFE_INTEGER);
      const types = bullTypes[state];
      if (types.length === 0) return { jobs: [] };
      const oldestFirst = !['done', 'dead'].includes(state);
      const found = await this.#bull.getJobs([...types], from, from + limit - 1, oldestFirst);
      const jobs = found.filter((job) => job !== undefined).map((job) => viewOf(job, state, []));
      return found.length < limit ? { jobs } : { jobs, cursor: String(from + limit) };
    });
  }

  async counts(): Promise<Counts> {
    return this.#calls.ask(async () => {
      const [counts, paused] = await Promise.all([this.#bull.getJobCounts(), this.#bull.isPaused()]);
      return countsOf(counts, paused);
    });
  }

  async cancel(
    id: string,
    options: { readonly reason?: string | undefined } = {},
  ): Promise<'cancelled' | 'settled' | 'missing'> {
    return this.#calls.ask(async () => {
      const job = await this.#bull.getJob(text('id', id));
      const state = job && stateOf(await job.getState());
      if (job === undefined || state === undefined) return 'missing';
      if (state === 'done' || state === 'dead') return 'settled';
      if (state === 'active') throw unsupported('cancel of an active job');
      this.#results.cancelled(id, options.reason);
      await job.remove();
      return 'cancelled';
    }, 'XC_QUEUE_UNKNOWN_OUTCOME');
  }

  async update(
    id: string,
    change: { readonly data?: unknown; readonly lane?: string | undefined; readonly delayMs?: number | undefined },
  ): Promise<'updated' | 'active' | 'settled' | 'missing'> {
    return this.#calls.ask(async () => {
      refuseUnknown(change, ['data', 'lane', 'delayMs'], 'change');
      if (change.lane !== undefined) throw unsupported('lane');
      this.#codec.encodeData(change.data);
      const job = await this.#bull.getJob(text('id', id));
      const state = job && stateOf(await job.getState());
      if (job === undefined || state === undefined) return 'missing';
      if (state === 'active') return 'active';
      if (state === 'done' || state === 'dead') return 'settled';
      const { delayMs } = change;
      if (delayMs !== undefined && state !== 'delayed') throw unsupported('delay of a job that waits');
      if ('data' in change) await changeData(job, change.data);
      if (delayMs !== undefined) await (delayMs === 0 ? job.promote() : job.changeDelay(delayMs));
      return 'updated';
    }, 'XC_QUEUE_UNKNOWN_OUTCOME');
  }

  async remove(id: string): Promise<'removed' | 'active' | 'missing'> {
    return this.#calls.ask(async () => {
      const job = await this.#bull.getJob(text('id', id));
      if (job === undefined) return 'missing';
      if (await job.isActive()) return 'active';
      await job.remove();
      return 'removed';
    }, 'XC_QUEUE_UNKNOWN_OUTCOME');
  }

  async pause(): Promise<void> {
    return this.#calls.ask(() => this.#bull.pause(), 'XC_QUEUE_UNKNOWN_OUTCOME');
  }
  async resume(): Promise<void> {
    return this.#calls.ask(() => this.#bull.resume(), 'XC_QUEUE_UNKNOWN_OUTCOME');
  }
  async limit(): Promise<void> {
    throw unsupported('limit');
  }

  async schedule(
    name: string,
    when: When,
    type: string,
    data: unknown,
    options: ScheduleOptions = {},
  ): Promise<ScheduleView> {
    return this.#calls.ask(async () => {
      this.#codec.encodeData(data);
      return this.#schedules.put(name, when, type, data, options);
    }, 'XC_QUEUE_UNKNOWN_OUTCOME');
  }
  async schedules(): Promise<ScheduleView[]> {
    return this.#calls.ask(() => this.#schedules.list());
  }
  async unschedule(name: string): Promise<boolean> {
    return this.#calls.ask(async () => {
      return this.#bull.removeJobScheduler(text('name', name));
    }, 'XC_QUEUE_UNKNOWN_OUTCOME');
  }

  async flow(): Promise<FlowRef> {
    throw unsupported('flow');
  }
  watch(): Subscription {
    throw unsupported('watch');
  }

  async drain(options: { readonly delayed?: boolean | undefined } = {}): Promise<number> {
    return this.#calls.ask(async () => {
      const waiting = async () => {
        const { waiting, delayed } = await this.counts();
        return waiting + (options.delayed === true ? delayed : 0);
      };
      const before = await waiting();
      await this.#bull.drain(options.delayed === true);
      return before - (await waiting());
    }, 'XC_QUEUE_UNKNOWN_OUTCOME');
  }

  probe(): HealthProbe {
    const check: HealthProbe['check'] = async () => {
      try {
        return { status: 'up', details: { waiting: await this.#calls.ask(() => this.#bull.getWaitingCount()) } };
      } catch (error) {
        return { status: 'down', details: { error: messageOf(error) } };
      }
    };
    return { name: `queue ${this.name}`, check };
  }

  close(options: { readonly graceMs?: number | undefined } = {}): Promise<void> {
    this.#calls.close();
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(options: { readonly graceMs?: number | undefined }): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop(options)));
    await Promise.all([this.#results.close(), closeInTime(this.#bull, this.#calls)]);
  }

  #refTo(id: string, outcome: JobRef<unknown>['outcome']): JobRef<unknown> {
    return { id, outcome, result: (options) => this.#results.of(id, options) };
  }

  #heard(error: Error): void {
    this.#logger.warn({ queue: this.name, error: error.message }, 'BullMQ reports an error');
  }
}
