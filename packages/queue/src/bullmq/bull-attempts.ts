import { type Clock, isXcError, type Tracer, XcError } from '@xc/core';
import type { Job as BullJob } from 'bullmq';
import type { AnyJobs } from '../queue/job-types.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import type { Handler } from '../worker/handler.ts';
import { wishOf } from '../worker/outcome-errors.ts';
import type { BullCalls } from './bull-calls.ts';
import { HandedBullJob } from './bull-job.ts';
import { extrasOf } from './bull-options.ts';
import type { BullOutcome, BullTales } from './bull-tales.ts';
import { finalAs, UNKNOWN_TYPE, withCode } from './told-errors.ts';

/** What attempts need of their worker. */
export interface AttemptsHome {
  readonly name: string;
  readonly bullmq: typeof import('bullmq');
  readonly calls: BullCalls;
  readonly clock: Clock;
  readonly tracer: Tracer;
  readonly codec: ValueCodec;
  readonly tales: BullTales;
  readonly handlerOf: (type: string) => Handler<AnyJobs> | undefined;
  readonly unknownType: 'release' | 'dead';
  readonly abortGraceMs: number;
}

/** Runs the handlers of what BullMQ has taken, and ends each attempt as it asks for. */
export class BullAttempts {
  /** False where what BullMQ has taken already goes back as if it had not: its workers take one more job after they were told not to. */
  taking = true;
  /** Handlers that have ended. */
  finished = 0;
  /** Jobs that went back with no attempt burnt, because this worker does not want them. */
  handedBack = 0;
  readonly #home: AttemptsHome;
  readonly #running = new Set<HandedBullJob>();
  readonly #waiting = new Set<() => void>();
  #stopped: XcError | undefined;

  constructor(home: AttemptsHome) {
    this.#home = home;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Aborts what runs: a handler that rejects from now on is given back. */
  stop(reason: XcError): void {
    this.#stopped = reason;
    for (const job of this.#running) job.abort(reason);
  }

  /** Whether all handlers have ended within `ms`. */
  end(ms: number): Promise<boolean> {
    if (this.#running.size === 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const ended = () => {
        timer.cancel();
        resolve(true);
      };
      const timer = this.#home.clock.after(ms, () => {
        this.#waiting.delete(ended);
        resolve(false);
      });
      this.#waiting.add(ended);
    });
  }

  /** What BullMQ calls for a job: it settles it by how this ends. */
  async run(bullJob: BullJob, token: string | undefined): Promise<unknown> {
    if (!this.taking) return this.#handBack(bullJob, token);
    const handler = this.#home.handlerOf(bullJob.name);
    if (handler === undefined) return this.#unknown(bullJob, token);
    const { tales, tracer, name, codec, calls } = this.#home;
    const job = new HandedBullJob(bullJob, calls);
    const { timeoutMs, trace = {} } = extrasOf(bullJob.opts);
    this.#running.add(job);
    const ended = tales.started(bullJob);
    let outcome: BullOutcome = 'done';
    try {
      const run = () => tracer.continue(trace, () => tracer.span(`${name} process`, () => handler(job)));
      const value = await this.#within(job, timeoutMs, run);
      codec.encode(value, 'the result of a handler');
      this.finished += 1;
      return value;
    } catch (error) {
      outcome = 'released';
      if (this.#isStopped(job)) return await this.#handBack(bullJob, token);
      this.finished += 1;
      const wish = wishOf(error);
      if (wish.kind === 'snooze') return await this.#later(bullJob, token, wish.ms);
      const isLast = isFinal(error) || bullJob.attemptsMade + 1 >= (bullJob.opts.attempts ?? 1);
      outcome = isLast ? 'dead' : 'retry';
      throw this.#toldAs(error);
    } finally {
      this.#running.delete(job);
      ended();
      tales.settled(bullJob, outcome);
      if (this.#running.size === 0) this.#tellEnd();
    }
  }

  #tellEnd(): void {
    for (const ended of this.#waiting) ended();
    this.#waiting.clear();
  }

  #isStopped({ signal }: HandedBullJob): boolean {
    return this.#stopped !== undefined && signal.reason === this.#stopped;
  }

  /** What BullMQ is told of a failure: one after which it tries no more, where there is to be no more. */
  #toldAs(error: unknown): Error {
    if (!(error instanceof Error)) return new Error(String(error));
    return isFinal(error) ? finalAs(error, new this.#home.bullmq.UnrecoverableError(error.message)) : withCode(error);
  }

  async #unknown(job: BullJob, token: string | undefined): Promise<never> {
    const { bullmq, tales, unknownType } = this.#home;
    tales.settled(job, unknownType === 'dead' ? 'dead' : 'released');
    if (unknownType === 'release') return this.#later(job, token, 5_000);
    const unknown = new bullmq.UnrecoverableError(`no handler for ${job.name}`);
    throw withCode(Object.assign(unknown, { code: UNKNOWN_TYPE }));
  }

  /** Back after `ms`; BullMQ counts no attempt for it. */
  async #later(job: BullJob, token: string | undefined, ms: number): Promise<never> {
    await job.moveToDelayed(this.#home.clock.now() + ms, token);
    throw new this.#home.bullmq.DelayedError();
  }

  /** Back to the front; BullMQ counts no attempt for it. */
  async #handBack(job: BullJob, token: string | undefined): Promise<never> {
    await job.moveToWait(token);
    this.handedBack += 1;
    throw new this.#home.bullmq.WaitingError();
  }

  /** At its time the signal aborts; the attempt fails when the handler ends, at the latest `abortGraceMs` later. */
  async #within(job: HandedBullJob, timeoutMs: number | undefined, run: () => unknown): Promise<unknown> {
    if (timeoutMs === undefined) return run();
    const { clock, abortGraceMs } = this.#home;
    const error = new XcError('XC_QUEUE_TIMEOUT', `job ${job.id} took longer than ${timeoutMs} ms`, {
      details: { timeoutMs },
    });
    let overdue = (_error: XcError): void => {};
    const late = new Promise<never>((_, reject) => {
      overdue = reject;
    });
    let timer = clock.after(timeoutMs, () => {
      job.abort(error);
      timer = clock.after(abortGraceMs, () => overdue(error));
    });
    try {
      const value = await Promise.race([run(), late]);
      if (job.signal.reason === error) throw error;
      return value;
    } finally {
      timer.cancel();
    }
  }
}

/** Whether there is to be no other attempt, whatever the job has left. */
function isFinal(error: unknown): error is Error {
  return wishOf(error).kind === 'discard' || isXcError(error, 'XC_QUEUE_UNSERIALIZABLE');
}
