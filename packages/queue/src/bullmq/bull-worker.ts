import { type Clock, isXcError, systemRandom, type Tracer, XcError } from '@xc/core';
import type { Job as BullJob, Worker as BullWorker } from 'bullmq';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import { duration, integer, refuseUnknown } from '../option-checks.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import type { Handler, HandlerMap } from '../worker/handler.ts';
import { wishOf } from '../worker/outcome-errors.ts';
import type { WorkOptions } from '../worker/work-options.ts';
import type { StopReport, Worker } from '../worker/worker.ts';
import { HandedBullJob } from './bull-job.ts';
import { backoffOfJob, extrasOf } from './bull-options.ts';
import { type BullOutcome, BullTales } from './bull-tales.ts';
import { finalAs, UNKNOWN_TYPE, withCode } from './told-errors.ts';
import { unsupported } from './unsupported.ts';

/** What a worker needs of its queue. */
export interface BullWorkerHome {
  readonly name: string;
  readonly bullmq: typeof import('bullmq');
  readonly settings: { readonly connection: never; readonly prefix?: string };
  readonly clock: Clock;
  readonly tracer: Tracer;
  readonly codec: ValueCodec;
  readonly metrics: QueueMetrics;
  /** Jobs that wait or are worked on, anywhere. */
  readonly unsettled: () => Promise<number>;
  readonly onError: (error: Error) => void;
  readonly onEnd: () => void;
}

const OURS_ALONE = ['maxBlockMs', 'onStuck', 'maxStuck'] as const;

/** Our worker over BullMQ's: handlers, timeouts, outcomes and stop are ours, taking and settling are BullMQ's. */
export class BullHandlers implements Worker {
  readonly #home: BullWorkerHome;
  readonly #tales: BullTales;
  readonly #worker: BullWorker;
  readonly #handlerOf: (type: string) => Handler<AnyJobs> | undefined;
  readonly #jobs = new Set<HandedBullJob>();
  readonly #graceMs: number;
  readonly #abortGraceMs: number;
  #finished = 0;
  #stopping: Promise<StopReport> | undefined;

  constructor(home: BullWorkerHome, handlers: Handler<AnyJobs> | HandlerMap<AnyJobs>, options: WorkOptions) {
    refuseForeign(options);
    const { concurrency = 10, graceMs = 25_000, abortGraceMs = 5_000 } = options;
    this.#home = home;
    this.#tales = new BullTales(home.metrics, home.clock);
    this.#handlerOf = handlerLookup(handlers);
    this.#graceMs = duration('graceMs', graceMs);
    this.#abortGraceMs = duration('abortGraceMs', abortGraceMs);
    const process = (job: BullJob, token?: string) => this.#process(job, token, options.unknownType ?? 'release');
    this.#worker = new home.bullmq.Worker(home.name, process, {
      ...home.settings,
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
    return this.#jobs.size;
  }
  readonly stuck = 0;

  async ready(): Promise<void> {
    await this.#worker.waitUntilReady();
  }

  async idle(): Promise<void> {
    while (this.#jobs.size > 0 || (await this.#home.unsettled()) > 0) await this.#home.clock.sleep(20);
  }

  setConcurrency(n: number): void {
    this.#worker.concurrency = integer('concurrency', n, 1, 100_000);
  }
  pause(): void {
    void this.#worker.pause(true);
  }
  resume(): void {
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
    const before = this.#finished;
    const closing = this.#worker.close();
    if (!(await this.#endsWithin(closing, graceMs))) {
      const reason = new XcError('XC_QUEUE_TIMEOUT', 'the worker is stopping');
      for (const job of this.#jobs) job.abort(reason);
      if (!(await this.#endsWithin(closing, this.#abortGraceMs))) await this.#worker.close(true);
    }
    return { finished: this.#finished - before, handedBack: 0, abandoned: this.#jobs.size };
  }

  #endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.#home.clock.after(ms, () => resolve(false));
      const end = () => {
        timer.cancel();
        resolve(true);
      };
      work.then(end, end);
    });
  }

  async #process(bullJob: BullJob, token: string | undefined, unknownType: 'release' | 'dead'): Promise<unknown> {
    const { bullmq, tracer, name } = this.#home;
    const handler = this.#handlerOf(bullJob.name);
    if (handler === undefined) {
      this.#tales.settled(bullJob, unknownType === 'dead' ? 'dead' : 'released');
      const message = `no handler for ${bullJob.name}`;
      if (unknownType === 'dead') {
        const unknown = Object.assign(new bullmq.UnrecoverableError(message), { code: UNKNOWN_TYPE });
        throw withCode(unknown);
      }
      return this.#later(bullJob, token, 5_000);
    }
    const job = new HandedBullJob(bullJob);
    const { timeoutMs, trace = {} } = extrasOf(bullJob.opts);
    this.#jobs.add(job);
    const ended = this.#tales.started(bullJob);
    let outcome: BullOutcome = bullJob.attemptsMade + 1 < (bullJob.opts.attempts ?? 1) ? 'retry' : 'dead';
    try {
      const run = () => tracer.continue(trace, () => tracer.span(`${name} process`, () => handler(job)));
      const value = await this.#within(job, timeoutMs, run);
      this.#home.codec.encode(value, 'the result of a handler');
      outcome = 'done';
      return value;
    } catch (error) {
      const wish = wishOf(error);
      if (wish.kind === 'snooze') {
        outcome = 'released';
        return await this.#later(bullJob, token, wish.ms);
      }
      const last = lastOf(error, bullmq);
      if (last !== undefined) {
        outcome = 'dead';
        throw last;
      }
      throw error instanceof Error ? withCode(error) : new Error(String(error));
    } finally {
      this.#jobs.delete(job);
      this.#finished += 1;
      ended();
      this.#tales.settled(bullJob, outcome);
    }
  }

  /** Back after `ms`; BullMQ counts no attempt for it. */
  async #later(job: BullJob, token: string | undefined, ms: number): Promise<never> {
    await job.moveToDelayed(this.#home.clock.now() + ms, token);
    throw new this.#home.bullmq.DelayedError();
  }

  /** At its time the signal aborts; the attempt fails when the handler ends, at the latest `abortGraceMs` later. */
  async #within(job: HandedBullJob, timeoutMs: number | undefined, run: () => unknown): Promise<unknown> {
    if (timeoutMs === undefined) return run();
    const { clock } = this.#home;
    const error = new XcError('XC_QUEUE_TIMEOUT', `job ${job.id} took longer than ${timeoutMs} ms`, {
      details: { timeoutMs },
    });
    let timer = clock.after(timeoutMs, () => job.abort(error));
    try {
      const overdue = new Promise<never>((_, reject) => {
        job.signal.addEventListener('abort', () => {
          timer = clock.after(this.#abortGraceMs, () => reject(error));
        });
      });
      const value = await Promise.race([run(), overdue]);
      if (job.signal.reason === error) throw error;
      return value;
    } finally {
      timer.cancel();
    }
  }
}

function refuseForeign(options: WorkOptions): void {
  refuseUnknown(options, [
    ...['concurrency', 'graceMs', 'abortGraceMs', 'unknownType', 'schedules', 'prefetch', 'heartbeat'],
    ...OURS_ALONE,
  ]);
  if (options.schedules === false) throw unsupported('worker without schedules');
  if (options.prefetch !== undefined && options.prefetch !== 'auto') throw unsupported('prefetch');
  if (options.heartbeat !== undefined && options.heartbeat !== 'loop') throw unsupported('heartbeat');
  for (const name of OURS_ALONE) if (options[name] !== undefined) throw unsupported(name);
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

function handlerLookup(handlers: Handler<AnyJobs> | HandlerMap<AnyJobs>) {
  if (typeof handlers === 'function') return () => handlers;
  if (typeof handlers !== 'object' || handlers === null) {
    throw new TypeError(`handlers must be a function or an object of functions, got ${typeof handlers}`);
  }
  const map = new Map(Object.entries(handlers));
  if (map.size === 0) throw new TypeError('handlers must name at least one type, got none');
  for (const [type, handler] of map) {
    if (typeof handler === 'object' && (handler as { readonly kind?: string } | null)?.kind === 'batch')
      throw unsupported('batch');
    if (typeof handler !== 'function')
      throw new TypeError(`handler of ${type} must be a function, got ${typeof handler}`);
  }
  return (type: string) => map.get(type) as Handler<AnyJobs> | undefined;
}

/** What tells BullMQ not to try again; `undefined` for an error after which it may. */
function lastOf(error: unknown, { UnrecoverableError }: typeof import('bullmq')): Error | undefined {
  if (wishOf(error).kind === 'discard') return new UnrecoverableError((error as Error).message);
  if (!isXcError(error, 'XC_QUEUE_UNSERIALIZABLE')) return undefined;
  return finalAs(error, new UnrecoverableError(error.message));
}
