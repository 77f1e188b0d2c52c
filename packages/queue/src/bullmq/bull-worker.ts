import { type Clock, isXcError, systemRandom, type Tracer } from '@xc/core';
import type { Job as BullJob, Worker as BullWorker } from 'bullmq';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import { duration, integer } from '../option-checks.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import type { Handler, HandlerMap } from '../worker/handler.ts';
import { stopping } from '../worker/lease-errors.ts';
import { wishOf } from '../worker/outcome-errors.ts';
import type { WorkOptions } from '../worker/work-options.ts';
import type { StopReport, Worker } from '../worker/worker.ts';
import { BullAttempts } from './bull-attempts.ts';
import type { BullCalls } from './bull-calls.ts';
import { cutConnections } from './bull-connections.ts';
import { handlerLookup, refuseForeignWork } from './bull-handlers.ts';
import { backoffOfJob } from './bull-options.ts';
import { BullTales } from './bull-tales.ts';

/** What a worker needs of its queue. */
export interface BullWorkerHome {
  readonly name: string;
  readonly bullmq: typeof import('bullmq');
  /** What BullMQ's own objects are opened with. */
  readonly theirs: { readonly connection: never; readonly prefix?: string };
  readonly calls: BullCalls;
  readonly clock: Clock;
  readonly tracer: Tracer;
  readonly codec: ValueCodec;
  readonly metrics: QueueMetrics;
  /** Jobs that wait or are worked on, anywhere. */
  readonly unsettled: () => Promise<number>;
  readonly onError: (error: Error) => void;
  readonly onEnd: () => void;
}

/** Our worker over BullMQ's: handlers, timeouts, outcomes and stop are ours, taking and settling are BullMQ's. */
export class BullHandlers implements Worker {
  readonly #home: BullWorkerHome;
  readonly #worker: BullWorker;
  readonly #attempts: BullAttempts;
  readonly #graceMs: number;
  readonly #abortGraceMs: number;
  #stopping: Promise<StopReport> | undefined;

  constructor(home: BullWorkerHome, handlers: Handler<AnyJobs> | HandlerMap<AnyJobs>, options: WorkOptions) {
    refuseForeignWork(options);
    const { concurrency = 10, graceMs = 25_000, abortGraceMs = 5_000, unknownType = 'release' } = options;
    this.#home = home;
    this.#graceMs = duration('graceMs', graceMs);
    this.#abortGraceMs = duration('abortGraceMs', abortGraceMs);
    this.#attempts = new BullAttempts({
      ...home,
      tales: new BullTales(home.metrics, home.clock),
      handlerOf: handlerLookup(handlers),
      unknownType,
      abortGraceMs,
    });
    const run = (job: BullJob, token?: string) => this.#attempts.run(job, token);
    this.#worker = new home.bullmq.Worker(home.name, run, {
      ...home.theirs,
      concurrency: integer('concurrency', concurrency, 1, 100_000),
      settings: {
        backoffStrategy: (attemptsMade, _type, error, job) => delayAfter(attemptsMade, error, job),
      },
    });
    this.#worker.on('error', home.onError);
  }

  get id(): string {
    return this.#worker.id;
  }
  get running(): number {
    return this.#attempts.running;
  }
  readonly stuck = 0;

  async ready(): Promise<void> {
    await this.#worker.waitUntilReady();
  }

  async idle(): Promise<void> {
    const isBusy = async () => this.running > 0 || (await this.#home.unsettled()) > 0;
    while (this.#stopping === undefined && (await isBusy())) await this.#home.clock.sleep(20);
  }

  setConcurrency(n: number): void {
    this.#worker.concurrency = integer('concurrency', n, 1, 100_000);
  }

  pause(): void {
    this.#attempts.taking = false;
    void this.#worker.pause(true);
  }

  resume(): void {
    if (this.#stopping !== undefined) return;
    this.#attempts.taking = true;
    this.#worker.resume();
  }

  stop(options: { readonly graceMs?: number | undefined } = {}): Promise<StopReport> {
    this.#stopping ??= this.#stop(options.graceMs ?? this.#graceMs).finally(this.#home.onEnd);
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stop(graceMs: number): Promise<StopReport> {
    const attempts = this.#attempts;
    const before = { finished: attempts.finished, handedBack: attempts.handedBack };
    attempts.taking = false;
    // Version 5 waits for its next look for lost jobs even when closed, where Redis was away at the last one.
    this.#worker.opts.stalledInterval = 1;
    const closing = this.#worker.close();
    if (!(await attempts.end(graceMs))) {
      attempts.stop(stopping(this.#home.name));
      await attempts.end(this.#abortGraceMs);
    }
    const abandoned = attempts.running;
    // With its handlers ended, BullMQ waits for nothing but Redis.
    if (abandoned > 0) await this.#leave();
    else await this.#home.calls.leave(() => closing).catch(() => this.#leave());
    return {
      finished: attempts.finished - before.finished,
      handedBack: attempts.handedBack - before.handedBack,
      abandoned,
    };
  }

  /** Lets go of Redis, and of jobs that still run: BullMQ finds out by itself that nobody renews their locks. */
  async #leave(): Promise<void> {
    cutConnections(this.#worker);
    // A second close is the first one to BullMQ, which waits for all that it asked of Redis, and for handlers.
    this.#worker.closing = undefined;
    await this.#home.calls.leave(() => this.#worker.close(true)).catch(() => {});
  }
}

function delayAfter(
  attemptsMade: number,
  error: Error | undefined,
  job: { readonly opts: object } | undefined,
): number {
  if (isXcError(error)) {
    const wish = wishOf(error);
    if (wish.kind === 'retry') return wish.ms;
  }
  return Math.round(backoffOfJob(job?.opts).delayMs(attemptsMade, systemRandom));
}
