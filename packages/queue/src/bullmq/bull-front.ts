import { type HealthProbe, isXcError, jsonCodec, type Subscription, type XcError } from '@xc/core';
import type { Queue as BullQueue } from 'bullmq';
import type { FlowRef } from '../flows/flow.ts';
import type { JobRef } from '../job/job-ref.ts';
import type { JobView } from '../job/job-view.ts';
import { QueueMetrics } from '../metrics/queue-metrics.ts';
import { abortSignal, text } from '../option-checks.ts';
import type { AddItem, AddOptions } from '../queue/add-options.ts';
import type { Call } from '../queue/call.ts';
import type { Counts } from '../queue/counts.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { ListOptions, Queue } from '../queue/queue.ts';
import { ValueCodec } from '../queue/value-codec.ts';
import type { ScheduleOptions, ScheduleView, When } from '../schedules/schedule-options.ts';
import type { Handler, HandlerMap } from '../worker/handler.ts';
import type { WorkOptions } from '../worker/work-options.ts';
import type { Worker } from '../worker/worker.ts';
import { BullAdding } from './bull-adding.ts';
import { abortable, BullCalls } from './bull-calls.ts';
import { closeInTime } from './bull-connections.ts';
import { BullDead } from './bull-dead.ts';
import { BullJobs } from './bull-jobs.ts';
import { messageOf, thrownFor } from './bull-refusals.ts';
import { BullResults } from './bull-results.ts';
import { BullSchedules } from './bull-schedules.ts';
import type { BullSettings } from './bull-settings.ts';
import { BullHandlers } from './bull-worker.ts';
import { unsupported } from './unsupported.ts';

/** A queue of BullMQ behind our interface. */
export class BullFront implements Queue<AnyJobs> {
  readonly name: string;
  readonly dead: BullDead;
  readonly #bull: BullQueue;
  readonly #settings: BullSettings;
  readonly #calls: BullCalls;
  readonly #adding: BullAdding;
  readonly #metrics: QueueMetrics;
  /** BullMQ writes values itself: this one only refuses what cannot be written. */
  readonly #codec: ValueCodec;
  readonly #results: BullResults;
  readonly #jobs: BullJobs;
  readonly #schedules: BullSchedules;
  readonly #workers = new Set<BullHandlers>();
  #closing: Promise<void> | undefined;

  constructor(settings: BullSettings) {
    const { name, bullmq, theirs, deadlineMs, defaults, clock, logger, meter, tracer } = settings;
    this.name = name;
    this.#settings = settings;
    this.#codec = new ValueCodec(jsonCodec, name, Number.POSITIVE_INFINITY);
    this.#metrics = new QueueMetrics(meter, name, logger);
    this.#calls = new BullCalls({
      ...{ name, clock, metrics: this.#metrics, deadlineMs },
      connected: () => this.#bull.waitUntilReady(),
    });
    this.#bull = new bullmq.Queue(name, theirs);
    this.#bull.on('error', (error) => this.#heard(error));
    const shared = { name, bull: this.#bull, calls: this.#calls, clock, metrics: this.#metrics, defaults };
    this.#adding = new BullAdding({ ...shared, tracer, codec: this.#codec });
    this.#results = new BullResults(shared, () => new bullmq.QueueEvents(name, theirs));
    this.#jobs = new BullJobs({
      ...{ bull: this.#bull, calls: this.#calls, codec: this.#codec },
      onCancel: (id, reason) => this.#results.cancelled(id, reason),
    });
    this.#schedules = new BullSchedules(this.#bull, defaults, clock);
    this.dead = new BullDead(shared);
  }

  async add(type: string, data: unknown, options: AddOptions = {}): Promise<JobRef<never>> {
    this.#calls.open();
    const [ref] = await this.addMany([{ type, data, options }], { signal: options.signal });
    if (isXcError(ref)) throw thrownFor(ref);
    return ref as JobRef<never>;
  }

  async addMany(items: readonly AddItem<AnyJobs>[], options: Call = {}): Promise<(JobRef<unknown> | XcError)[]> {
    this.#calls.open();
    if (!Array.isArray(items)) throw new TypeError(`items must be an array, got ${typeof items}`);
    if (items.length > 10_000) throw new RangeError(`items must be at most 10000, got ${items.length}`);
    abortSignal(options.signal)?.throwIfAborted();
    const added = await abortable(this.#adding.add(items), options.signal);
    return added.map((each) => (isXcError(each) ? each : this.#refTo(each.id, each.outcome)));
  }

  work(handlers: Handler<AnyJobs> | HandlerMap<AnyJobs>, options: WorkOptions = {}): Worker {
    this.#calls.open();
    const worker: BullHandlers = new BullHandlers(
      {
        ...this.#settings,
        calls: this.#calls,
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

  async inspect(id: string, options: Call = {}): Promise<JobView | undefined> {
    return this.#jobs.inspect(id, options);
  }
  async list(options: ListOptions): Promise<{ jobs: JobView[]; cursor?: string }> {
    return this.#jobs.list(options);
  }
  async counts(options: Call = {}): Promise<Counts> {
    return this.#jobs.counts(options);
  }

  async cancel(
    id: string,
    options: { readonly reason?: string | undefined } & Call = {},
  ): Promise<'cancelled' | 'settled' | 'missing'> {
    return this.#jobs.cancel(id, options);
  }
  async update(
    id: string,
    change: Parameters<BullJobs['update']>[1],
    options: Call = {},
  ): Promise<'updated' | 'active' | 'settled' | 'missing'> {
    return this.#jobs.update(id, change, options);
  }
  async remove(id: string, options: Call = {}): Promise<'removed' | 'active' | 'missing'> {
    return this.#jobs.remove(id, options);
  }
  async drain(options: { readonly delayed?: boolean | undefined } & Call = {}): Promise<number> {
    return this.#jobs.drain(options);
  }

  async pause({ signal }: Call = {}): Promise<void> {
    return this.#calls.ask(() => this.#bull.pause(), { signal, changes: [] });
  }
  async resume({ signal }: Call = {}): Promise<void> {
    return this.#calls.ask(() => this.#bull.resume(), { signal, changes: [] });
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
    this.#codec.encodeData(data);
    const put = this.#schedules.put(name, when, type, data, options);
    return this.#calls.ask(put, { signal: options.signal, changes: [] });
  }
  async schedules({ signal }: Call = {}): Promise<ScheduleView[]> {
    return this.#calls.ask(() => this.#schedules.list(), { signal });
  }
  async unschedule(name: string, { signal }: Call = {}): Promise<boolean> {
    text('name', name);
    const remove = () => this.#bull.removeJobScheduler(name);
    return this.#calls.ask(remove, { signal, changes: [] });
  }

  async flow(): Promise<FlowRef> {
    throw unsupported('flow');
  }
  watch(): Subscription {
    throw unsupported('watch');
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
    this.#settings.logger.warn({ queue: this.name, error: error.message }, 'BullMQ reports an error');
  }
}
