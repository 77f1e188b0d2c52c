import type { HealthProbe, Subscription, XcError } from '@xc/core';
import { DeadLetterDesk } from '../dead/dead-letter-desk.ts';
import { engineQueue, type WithEngine } from '../engine/engine-of.ts';
import type { EngineQueue, QueueEngine } from '../engine/queue-engine.ts';
import type { QueueEvents } from '../events/queue-events.ts';
import { WatchDesk } from '../events/watch-desk.ts';
import type { FlowNode, FlowRef } from '../flows/flow.ts';
import { FlowDesk } from '../flows/flow-desk.ts';
import type { JobRef } from '../job/job-ref.ts';
import type { JobView } from '../job/job-view.ts';
import { GaugeRefresh } from '../metrics/gauge-refresh.ts';
import { QueueMetrics } from '../metrics/queue-metrics.ts';
import { duration, refuseUnknown } from '../option-checks.ts';
import { JobHandle } from '../results/job-handle.ts';
import { Settlements } from '../results/settlements.ts';
import { ScheduleDesk } from '../schedules/schedule-desk.ts';
import type { ScheduleOptions, ScheduleView, When } from '../schedules/schedule-options.ts';
import { ScheduleRunner } from '../schedules/schedule-runner.ts';
import type { Handler, HandlerMap } from '../worker/handler.ts';
import { handlerTable } from '../worker/handler-table.ts';
import { LostLeases } from '../worker/lost-leases.ts';
import { QueueWorker } from '../worker/queue-worker.ts';
import type { WorkOptions } from '../worker/work-options.ts';
import type { Worker } from '../worker/worker.ts';
import { workerSettings } from '../worker/worker-settings.ts';
import { AddDesk } from './add-desk.ts';
import type { AddItem, AddOptions } from './add-options.ts';
import { Adder } from './adder.ts';
import type { Call } from './call.ts';
import { closedError } from './closed-error.ts';
import { countedEngine } from './counted-engine.ts';
import type { Counts } from './counts.ts';
import { EngineLink } from './engine-link.ts';
import { EntryMaker } from './entry-maker.ts';
import { checkCall, JobDesk } from './job-desk.ts';
import type { AnyJobs } from './job-types.ts';
import { knownId } from './known-id.ts';
import type { LimitOptions } from './limit-options.ts';
import type { ListOptions, Queue } from './queue.ts';
import { queueProbe } from './queue-probe.ts';
import type { QueueSettings } from './queue-settings.ts';
import { ValueCodec } from './value-codec.ts';

/** A queue as its users see it: puts the desks together, and refuses everything once it is closed. */
export class QueueFront implements Queue<AnyJobs>, WithEngine {
  readonly name: string;
  readonly dead: DeadLetterDesk;
  readonly [engineQueue]: EngineQueue;
  readonly #settings: QueueSettings;
  readonly #codec: ValueCodec;
  readonly #engine: EngineQueue;
  readonly #metrics: QueueMetrics;
  readonly #settlements: Settlements;
  readonly #adder: Adder;
  readonly #watching: WatchDesk;
  readonly #adding: AddDesk;
  readonly #jobs: JobDesk;
  readonly #flows: FlowDesk;
  readonly #schedules: ScheduleDesk;
  readonly #workers = new Set<QueueWorker>();
  readonly #lost = new LostLeases();
  #gauges: GaugeRefresh | undefined;
  #closing: Promise<void> | undefined;

  constructor(settings: QueueSettings, engine: QueueEngine) {
    const { name, clock } = settings;
    const lanes = settings.lanes.names;
    const opened = engine.open(name, settings.policy);
    const metrics = new QueueMetrics(settings.meter, name, settings.logger);
    const counted = metrics.on && engine.name !== 'memory' ? countedEngine(opened, metrics) : opened;
    const codec = new ValueCodec(settings.codec, name, settings.maxDataBytes);
    const entries = new EntryMaker(settings, codec);
    const settlements = new Settlements(counted, clock);
    const home = { name, settings, engine: counted, metrics, codec, entries, settlements, lanes };
    this.name = name;
    this[engineQueue] = opened;
    this.#settings = settings;
    this.#codec = codec;
    this.#engine = counted;
    this.#metrics = metrics;
    this.#settlements = settlements;
    this.#adder = new Adder(counted);
    this.#watching = new WatchDesk(home);
    const { own: watchers, overall } = this.#watching;
    this.#adding = new AddDesk({ ...home, adder: this.#adder, watchers, maxAdds: counted.maxAdds });
    this.#jobs = new JobDesk({ ...home, watchers });
    this.#flows = new FlowDesk({ ...home, watchers });
    this.#schedules = new ScheduleDesk(home);
    this.dead = new DeadLetterDesk({ ...home, open: () => this.#open() });
    opened.onWake(new EngineLink({ ...home, watchers, overall, workers: this.#workers }));
  }

  add(type: string, data: unknown, options?: AddOptions): Promise<JobRef<never>> {
    return this.#call(() => this.#adding.add(type, data, options)) as Promise<JobRef<never>>;
  }

  addMany(
    items: readonly AddItem<AnyJobs>[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<(JobRef<unknown> | XcError)[]> {
    return this.#call(() => this.#adding.addMany(items as readonly AddItem<never>[], options));
  }

  work(handlers: Handler<AnyJobs> | HandlerMap<AnyJobs>, options?: WorkOptions): Worker {
    this.#open();
    const home = {
      ...{ settings: this.#settings, engine: this.#engine, codec: this.#codec, metrics: this.#metrics },
      ...{ watchers: this.#watching.own, lost: this.#lost },
    };
    const table = handlerTable(handlers);
    const settings = workerSettings(options);
    const schedules = settings.schedules ? new ScheduleRunner(home) : undefined;
    const worker: QueueWorker = new QueueWorker(home, settings, table, schedules, () => this.#workers.delete(worker));
    this.#workers.add(worker);
    return worker;
  }

  ref(id: string): JobRef<unknown> {
    return new JobHandle(knownId(id), 'known', { codec: this.#codec, settlements: this.#settlements });
  }

  inspect(id: string, options?: Call): Promise<JobView | undefined> {
    return this.#call(() => this.#jobs.inspect(id, options));
  }

  list(options: ListOptions): Promise<{ jobs: JobView[]; cursor?: string }> {
    return this.#call(() => this.#jobs.list(options));
  }

  counts(options?: Call): Promise<Counts> {
    return this.#call(() => this.#jobs.counts(options));
  }

  cancel(
    id: string,
    options?: { readonly reason?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<'cancelled' | 'requested' | 'settled' | 'missing'> {
    return this.#call(() => this.#jobs.cancel(id, options));
  }

  update(
    id: string,
    change: { readonly data?: unknown; readonly lane?: string | undefined; readonly delayMs?: number | undefined },
    options?: Call,
  ): Promise<'updated' | 'active' | 'settled' | 'missing'> {
    return this.#call(() => this.#jobs.update(id, change, options));
  }

  remove(id: string, options?: Call): Promise<'removed' | 'active' | 'missing'> {
    return this.#call(() => this.#jobs.remove(id, options));
  }

  pause(options?: Call): Promise<void> {
    return this.#call(() => this.#jobs.pause(options));
  }

  resume(options?: Call): Promise<void> {
    return this.#call(() => this.#jobs.resume(options));
  }

  limit(change: LimitOptions, options?: Call): Promise<void> {
    return this.#call(() => this.#jobs.limit(change, options));
  }

  schedule(
    name: string,
    when: When,
    type: string,
    data: unknown,
    options: ScheduleOptions = {},
  ): Promise<ScheduleView> {
    return this.#call(async () => {
      const view = await this.#schedules.put(name, when, type, data, options);
      // Busy ones as well: they have to know until when they may sleep.
      for (const worker of this.#workers) worker.wake();
      return view;
    });
  }

  schedules(options?: Call): Promise<ScheduleView[]> {
    return this.#call(() => this.#schedules.list(checkCall(options)));
  }

  unschedule(name: string, options?: Call): Promise<boolean> {
    return this.#call(() => this.#schedules.remove(name, checkCall(options)));
  }

  flow(
    nodes: readonly FlowNode<AnyJobs>[],
    options?: { readonly id?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<FlowRef> {
    return this.#call(() => this.#flows.add(nodes as readonly FlowNode<never>[], options));
  }

  watch(
    events: QueueEvents,
    options?: { readonly scope?: 'process' | 'all' | undefined; readonly signal?: AbortSignal | undefined },
  ): Subscription {
    this.#open();
    return this.#watching.watch(events, options);
  }

  drain(options?: {
    readonly delayed?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
  }): Promise<number> {
    return this.#call(() => this.#jobs.drain(options));
  }

  probe(): HealthProbe {
    return queueProbe(this.name, this.#engine, this.#workers);
  }

  close(options: { readonly graceMs?: number | undefined } = {}): Promise<void> {
    if (this.#closing !== undefined) return this.#closing;
    try {
      refuseUnknown(options, ['graceMs']);
      if (options.graceMs !== undefined) duration('graceMs', options.graceMs);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#closing = this.#close(options);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(options: { readonly graceMs?: number | undefined }): Promise<void> {
    await Promise.all([this.#adder.flush(), ...[...this.#workers].map((worker) => worker.stop(options))]);
    this.#gauges?.close();
    // What handlers have added while they stopped.
    await this.#adder.flush();
    this.#settlements.close(closedError(this.name));
    this.#watching.close();
    const { unsent } = await this.#engine.close();
    if (unsent === 0) return;
    const { logger } = this.#settings;
    logger.error({ queue: this.name, unsent }, 'jobs that were buffered could not be sent');
  }

  /** Async methods reject, they never throw. */
  #call<T>(fn: () => Promise<T>): Promise<T> {
    try {
      this.#open();
      return fn();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @throws XC_QUEUE_CLOSED once the queue is closed. */
  #open(): void {
    if (this.#closing !== undefined) throw closedError(this.name);
    this.#gauges ??= new GaugeRefresh(this.#engine, this.#metrics, this.#settings.clock, this.#settings.lanes.names);
  }
}
