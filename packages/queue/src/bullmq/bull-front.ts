import {
  type Clock,
  type HealthProbe,
  isXcError,
  jsonCodec,
  type Logger,
  noopLogger,
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
import { integer, oneOf, plainObject, refuseUnknown, text } from '../option-checks.ts';
import type { AddItem, AddOptions } from '../queue/add-options.ts';
import { closedError } from '../queue/closed-error.ts';
import type { Counts } from '../queue/counts.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { ListOptions, Queue } from '../queue/queue.ts';
import { ValueCodec } from '../queue/value-codec.ts';
import type { ScheduleOptions, ScheduleView, When } from '../schedules/schedule-options.ts';
import type { Handler, HandlerMap } from '../worker/handler.ts';
import type { WorkOptions } from '../worker/work-options.ts';
import type { Worker } from '../worker/worker.ts';
import { changeData } from './bull-data.ts';
import { BullDead } from './bull-dead.ts';
import { bullOptions, type JobDefaults } from './bull-options.ts';
import { messageOf, refusalOf, thrownFor } from './bull-refusals.ts';
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
  readonly #defaults: JobDefaults;
  /** BullMQ writes values itself: this one only refuses what cannot be written. */
  readonly #codec: ValueCodec;
  readonly #results: BullResults;
  readonly #schedules: BullSchedules;
  readonly #workers = new Set<BullHandlers>();
  #closing: Promise<void> | undefined;

  constructor(name: string, options: BullmqOptions) {
    const { bullmq, connection, prefix, clock = systemClock, logger = noopLogger, tracer = noopTracer } = options;
    const { maxAttempts = 5, timeoutMs, keep = {} } = options;
    this.name = text('name', name, 100);
    this.#bullmq = bullmq;
    this.#settings = { connection: connection as never, ...(prefix === undefined ? {} : { prefix }) };
    this.#clock = clock;
    this.#logger = logger;
    this.#tracer = tracer;
    this.#defaults = {
      maxAttempts: integer('maxAttempts', maxAttempts, 1, 1_000_000),
      timeoutMs,
      keep: { done: keep.done ?? defaultKeep.done, dead: keep.dead ?? defaultKeep.dead },
    };
    this.#codec = new ValueCodec(jsonCodec, name, Number.POSITIVE_INFINITY);
    this.#bull = new bullmq.Queue(name, this.#settings);
    this.#bull.on('error', (error) => this.#heard(error));
    this.#results = new BullResults(name, this.#bull, () => new bullmq.QueueEvents(name, this.#settings), clock);
    this.#schedules = new BullSchedules(this.#bull, this.#defaults, clock);
    this.dead = new BullDead(this.#bull, clock);
  }

  async add(type: string, data: unknown, options: AddOptions = {}): Promise<JobRef<never>> {
    this.#open();
    const [ref] = await this.addMany([{ type, data, options }], { signal: options.signal });
    if (isXcError(ref)) throw thrownFor(ref);
    return ref as JobRef<never>;
  }

  async addMany(
    items: readonly AddItem<AnyJobs>[],
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<(JobRef<unknown> | XcError)[]> {
    this.#open();
    if (!Array.isArray(items)) throw new TypeError(`items must be an array, got ${typeof items}`);
    if (items.length > 10_000) throw new RangeError(`items must be at most 10000, got ${items.length}`);
    options.signal?.throwIfAborted();
    return this.#tracer.span(`${this.name} send`, () => Promise.all(items.map((item) => this.#addOne(item))));
  }

  async #addOne({ type, data, options = {} }: AddItem<AnyJobs>): Promise<JobRef<unknown> | XcError> {
    try {
      text('type', type);
      const trace = options.trace === 'none' ? undefined : this.#tracer.inject();
      const theirs = bullOptions(options, this.#defaults, { data, trace }, this.#clock.now());
      this.#codec.encodeData(data);
      const there = options.id !== undefined && (await this.#bull.getJob(options.id)) !== undefined;
      const holder = options.unique === undefined ? null : await this.#bull.getDeduplicationJobId(options.unique.key);
      const job = await this.#bull.add(type, data, theirs);
      const id = String(job.id);
      return this.#refTo(id, there ? 'exists' : holder !== null && holder === id ? 'duplicate' : 'added');
    } catch (error) {
      return refusalOf(error);
    }
  }

  work(handlers: Handler<AnyJobs> | HandlerMap<AnyJobs>, options: WorkOptions = {}): Worker {
    this.#open();
    const worker: BullHandlers = new BullHandlers(
      {
        name: this.name,
        bullmq: this.#bullmq,
        settings: this.#settings,
        clock: this.#clock,
        tracer: this.#tracer,
        codec: this.#codec,
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
    this.#open();
    const state = stateOf(await this.#bull.getJobState(text('id', id)));
    const job = await this.#bull.getJob(id);
    if (job === undefined || state === undefined) return undefined;
    const { logs } = await this.#bull.getJobLogs(id, -100, -1);
    return viewOf(job, state, logs);
  }

  async list(options: ListOptions): Promise<{ jobs: JobView[]; cursor?: string }> {
    this.#open();
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
  }

  async counts(): Promise<Counts> {
    this.#open();
    const [counts, paused] = await Promise.all([this.#bull.getJobCounts(), this.#bull.isPaused()]);
    return countsOf(counts, paused);
  }

  async cancel(
    id: string,
    options: { readonly reason?: string | undefined } = {},
  ): Promise<'cancelled' | 'settled' | 'missing'> {
    this.#open();
    const job = await this.#bull.getJob(text('id', id));
    const state = job && stateOf(await job.getState());
    if (job === undefined || state === undefined) return 'missing';
    if (state === 'done' || state === 'dead') return 'settled';
    if (state === 'active') throw unsupported('cancel of an active job');
    this.#results.cancelled(id, options.reason);
    await job.remove();
    return 'cancelled';
  }

  async update(
    id: string,
    change: { readonly data?: unknown; readonly lane?: string | undefined; readonly delayMs?: number | undefined },
  ): Promise<'updated' | 'active' | 'settled' | 'missing'> {
    this.#open();
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
  }

  async remove(id: string): Promise<'removed' | 'active' | 'missing'> {
    this.#open();
    const job = await this.#bull.getJob(text('id', id));
    if (job === undefined) return 'missing';
    if (await job.isActive()) return 'active';
    await job.remove();
    return 'removed';
  }

  async pause(): Promise<void> {
    this.#open();
    await this.#bull.pause();
  }
  async resume(): Promise<void> {
    this.#open();
    await this.#bull.resume();
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
    this.#open();
    this.#codec.encodeData(data);
    return this.#schedules.put(name, when, type, data, options);
  }
  async schedules(): Promise<ScheduleView[]> {
    this.#open();
    return this.#schedules.list();
  }
  async unschedule(name: string): Promise<boolean> {
    this.#open();
    return this.#bull.removeJobScheduler(text('name', name));
  }

  async flow(): Promise<FlowRef> {
    throw unsupported('flow');
  }
  watch(): Subscription {
    throw unsupported('watch');
  }

  async drain(options: { readonly delayed?: boolean | undefined } = {}): Promise<number> {
    this.#open();
    const waiting = async () => {
      const { waiting, delayed } = await this.counts();
      return waiting + (options.delayed === true ? delayed : 0);
    };
    const before = await waiting();
    await this.#bull.drain(options.delayed === true);
    return before - (await waiting());
  }

  probe(): HealthProbe {
    const check: HealthProbe['check'] = async () => {
      try {
        return { status: 'up', details: { waiting: await this.#bull.getWaitingCount() } };
      } catch (error) {
        return { status: 'down', details: { error: messageOf(error) } };
      }
    };
    return { name: `queue ${this.name}`, check };
  }

  close(options: { readonly graceMs?: number | undefined } = {}): Promise<void> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(options: { readonly graceMs?: number | undefined }): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.stop(options)));
    await this.#results.close();
    await this.#bull.close();
  }

  #refTo(id: string, outcome: JobRef<unknown>['outcome']): JobRef<unknown> {
    return { id, outcome, result: (options) => this.#results.of(id, options) };
  }

  #open(): void {
    if (this.#closing !== undefined) throw closedError(this.name);
  }

  #heard(error: Error): void {
    this.#logger.warn({ queue: this.name, error: error.message }, 'BullMQ reports an error');
  }
}
