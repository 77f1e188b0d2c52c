import { noopTracer, type SpanAttributes, type XcError } from '@xc/core';
import type { Settle } from '../engine/step-request.ts';
import { runTraced } from '../trace/job-trace.ts';
import type { AbortCause, Attempt } from './attempt.ts';
import { batchOutcomes } from './batch-outcomes.ts';
import { HandedJob } from './handed-job.ts';
import { isBatch, type TypeHandler } from './handler-table.ts';
import { isThenable } from './is-thenable.ts';
import type { JobCalls } from './job-calls.ts';
import { timedOut } from './lease-errors.ts';
import type { Settling } from './settling.ts';
import type { WorkerHome } from './worker-home.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** Jobs that one call of a handler takes. */
export interface Run {
  readonly handler: TypeHandler;
  readonly attempts: readonly Attempt[];
}

/** Who is told what becomes of runs. */
export interface RunEvents {
  started(attempt: Attempt): void;
  /** An attempt is over for the queue; without a settle its lease is left to end. */
  ended(attempt: Attempt, settle: Settle | undefined, result: unknown, ranMs: number): void;
  stuck(attempt: Attempt): void;
  /** A slot is free. */
  freed(): void;
}

/** Calls handlers, and sees that each of their attempts ends: by itself, or some time after its signal has aborted. */
export class HandlerRuns {
  readonly #home: WorkerHome;
  readonly #settings: WorkerSettings;
  readonly #settling: Settling;
  readonly #calls: JobCalls;
  readonly #events: RunEvents;
  /** Attempts of a run that still hold its slot; runs of one job are not in here. */
  readonly #open = new Map<Attempt, { count: number }>();
  #running = 0;
  #stuck = 0;

  constructor(home: WorkerHome, settings: WorkerSettings, settling: Settling, calls: JobCalls, events: RunEvents) {
    this.#home = home;
    this.#settings = settings;
    this.#settling = settling;
    this.#calls = calls;
    this.#events = events;
  }

  get running(): number {
    return this.#running;
  }

  get stuck(): number {
    return this.#stuck;
  }

  start(run: Run): void {
    this.#running += 1;
    const now = this.#home.settings.clock.monotonic();
    for (const attempt of run.attempts) this.#begin(attempt, now);
    if (isBatch(run.handler)) this.#startBatch(run.attempts, run.handler.handler);
    else this.#startOne(run.attempts[0] as Attempt, run.handler);
  }

  /** Asks a running attempt to end; after the grace it counts as stuck. */
  abort(attempt: Attempt, cause: AbortCause, reason: XcError): void {
    if (attempt.state !== 'running' || !attempt.abort(cause, reason) || cause === 'stop') return;
    attempt.grace = this.#home.settings.clock.after(this.#settings.abortGraceMs, () => this.#giveUp(attempt));
  }

  /** The worker waits no longer: the slot and the lease are left. */
  abandon(attempt: Attempt): void {
    if (attempt.state !== 'running') return;
    attempt.state = 'stuck';
    this.#setStuck(1);
    this.#end(attempt, undefined, undefined);
  }

  #begin(attempt: Attempt, now: number): void {
    attempt.state = 'running';
    attempt.startedAt = now;
    attempt.job = new HandedJob(attempt, this.#calls);
    const { id, record } = attempt.leased;
    const timeoutMs = record.settings?.timeoutMs ?? this.#home.settings.timeoutMs;
    if (timeoutMs !== undefined) {
      attempt.timeout = this.#home.settings.clock.after(timeoutMs, () => {
        this.abort(attempt, 'timeout', timedOut(id, timeoutMs));
      });
    }
    this.#events.started(attempt);
  }

  #startOne(attempt: Attempt, handler: (job: never) => unknown): void {
    const { tracer } = this.#home.settings;
    const plain = tracer === noopTracer && attempt.leased.record.settings?.trace === undefined;
    let value: unknown;
    try {
      value = plain ? handler(attempt.job as never) : this.#traced(attempt, () => handler(attempt.job as never));
      if (isThenable(value)) {
        Promise.resolve(value).then(
          (result) => this.#returned(attempt, result),
          (error) => this.#threw(attempt, error),
        );
        return;
      }
    } catch (error) {
      this.#threw(attempt, error);
      return;
    }
    // A handler that is not asynchronous costs no promise.
    this.#returned(attempt, value);
  }

  #startBatch(attempts: readonly Attempt[], handler: (jobs: never) => unknown): void {
    const open = { count: attempts.length };
    for (const attempt of attempts) this.#open.set(attempt, open);
    const jobs = attempts.map(({ job }) => job);
    const failed = (error: unknown) => {
      for (const attempt of attempts) this.#threw(attempt, error);
    };
    const returned = (value: unknown) => {
      const outcomes = batchOutcomes(value, attempts.length);
      if ('error' in outcomes) return failed(outcomes.error);
      for (const [index, attempt] of attempts.entries()) this.#overInBatch(attempt, outcomes.settled?.[index]);
    };
    try {
      const value = this.#spanned(() => handler(jobs as never), batchAttributes(this.#home, attempts));
      if (isThenable(value)) Promise.resolve(value).then(returned, failed);
      else returned(value);
    } catch (error) {
      failed(error);
    }
  }

  #overInBatch(attempt: Attempt, outcome: PromiseSettledResult<unknown> | undefined): void {
    if (outcome?.status === 'rejected') this.#threw(attempt, outcome.reason);
    else this.#returned(attempt, outcome?.value);
  }

  #traced(attempt: Attempt, fn: () => unknown): unknown {
    const trace = attempt.leased.record.settings?.trace;
    const spanned = () => this.#spanned(fn, jobAttributes(this.#home, attempt));
    return trace === undefined ? spanned() : runTraced(this.#home.settings.tracer, trace, spanned);
  }

  #spanned(fn: () => unknown, attributes: SpanAttributes): unknown {
    const { name, tracer } = this.#home.settings;
    if (tracer === noopTracer) return fn();
    return tracer.span(
      `${name} process`,
      async (span) => {
        try {
          return await fn();
        } catch (error) {
          span.fail(error);
          throw error;
        }
      },
      attributes,
    );
  }

  #returned(attempt: Attempt, value: unknown): void {
    if (this.#over(attempt)) this.#end(attempt, this.#settling.returned(attempt, value), value);
  }

  #threw(attempt: Attempt, error: unknown): void {
    if (this.#over(attempt)) this.#end(attempt, this.#settling.threw(attempt, error), undefined);
  }

  /** A handler has settled. Where its attempt was given up before, only the stuck handler ends. */
  #over(attempt: Attempt): boolean {
    const runs = attempt.state === 'running';
    if (attempt.state === 'stuck') this.#setStuck(-1);
    attempt.state = 'ended';
    return runs;
  }

  #giveUp(attempt: Attempt): void {
    if (attempt.state !== 'running') return;
    attempt.state = 'stuck';
    this.#setStuck(1);
    this.#events.stuck(attempt);
    const settle = attempt.cause === 'lost' ? undefined : this.#settling.threw(attempt, attempt.reason);
    this.#end(attempt, settle, undefined);
  }

  #end(attempt: Attempt, settle: Settle | undefined, result: unknown): void {
    attempt.clearTimers();
    const ranMs = this.#home.settings.clock.monotonic() - attempt.startedAt;
    const last = this.#open.size === 0 || this.#isLast(attempt);
    if (last) this.#running -= 1;
    this.#events.ended(attempt, settle, result, ranMs);
    if (last) this.#events.freed();
  }

  /** Whether no other attempt of its run holds the slot. */
  #isLast(attempt: Attempt): boolean {
    const open = this.#open.get(attempt);
    if (open === undefined) return true;
    this.#open.delete(attempt);
    open.count -= 1;
    return open.count === 0;
  }

  #setStuck(by: 1 | -1): void {
    this.#stuck += by;
    this.#home.metrics.stuck.add(by);
  }
}

function jobAttributes({ settings }: WorkerHome, { leased }: Attempt): SpanAttributes {
  return {
    'messaging.system': 'xc',
    'messaging.destination.name': settings.name,
    'messaging.message.id': leased.id,
    attempt: leased.attempt,
    delivery: leased.delivery,
  };
}

function batchAttributes({ settings }: WorkerHome, attempts: readonly Attempt[]): SpanAttributes {
  const parents = attempts.flatMap(({ leased }) => leased.record.settings?.trace?.traceparent ?? []);
  return {
    'messaging.system': 'xc',
    'messaging.destination.name': settings.name,
    'messaging.batch.message_count': attempts.length,
    'messaging.message.id': attempts.map(({ leased }) => leased.id).join(','),
    links: parents.join(','),
  };
}
