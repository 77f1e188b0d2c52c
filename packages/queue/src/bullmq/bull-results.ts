import { type Clock, isXcError, type XcError } from '@xc/core';
import type { Queue as BullQueue, QueueEvents } from 'bullmq';
import type { ResultOptions } from '../job/job-ref.ts';
import { abortSignal, duration } from '../option-checks.ts';
import { closedError } from '../queue/closed-error.ts';
import { gone, resultError, resultTimeout } from '../results/result-errors.ts';
import type { BullCalls } from './bull-calls.ts';
import { closeInTime } from './bull-connections.ts';
import { errorOf, reasonOf, stateOf } from './bull-views.ts';

/** What is heard of a job before it is looked at; nothing, where it is only time to look. */
type Told =
  | { readonly what: 'done'; readonly value: unknown }
  | { readonly what: 'dead'; readonly why: string }
  | { readonly what: 'cancelled'; readonly reason: string | undefined };

type Look = (told?: Told) => void;

/** What waiting needs of its queue. */
export interface ResultsHome {
  readonly name: string;
  readonly bull: BullQueue;
  readonly calls: BullCalls;
  readonly clock: Clock;
}

/** How long a waiter trusts that it is told. */
const TRUST_MS = 2_000;

/**
 * Waits for jobs to settle: told by BullMQ's stream of events, which is opened with the first wait. It hears nothing of what happens
 * before its first read of the stream, nor between two of them while nothing happens: so each waiter looks by itself now and then.
 */
export class BullResults {
  readonly #name: string;
  readonly #queue: BullQueue;
  readonly #calls: BullCalls;
  readonly #openEvents: () => QueueEvents;
  readonly #clock: Clock;
  readonly #waiters = new Map<string, Set<Look>>();
  #events: QueueEvents | undefined;
  #closed = false;

  constructor({ name, bull, calls, clock }: ResultsHome, openEvents: () => QueueEvents) {
    this.#name = name;
    this.#queue = bull;
    this.#calls = calls;
    this.#openEvents = openEvents;
    this.#clock = clock;
  }

  /** @throws as `JobRef.result` */
  async of(id: string, options: ResultOptions = {}): Promise<unknown> {
    const { timeoutMs, signal } = options;
    if (timeoutMs !== undefined) duration('timeoutMs', timeoutMs);
    abortSignal(signal)?.throwIfAborted();
    const settled = await this.#calls.ask(() => this.#look(id), { signal });
    if (settled !== undefined) return settled.value;
    return this.#wait(id, timeoutMs, signal);
  }

  /** Tells the waiters of a job that was cancelled here: BullMQ has removed it. */
  cancelled(id: string, reason: string | undefined): void {
    this.#tell(id, { what: 'cancelled', reason });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const id of [...this.#waiters.keys()]) this.#tell(id);
    if (this.#events !== undefined) await closeInTime(this.#events, this.#calls);
  }

  #wait(id: string, timeoutMs: number | undefined, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const end = () => {
        timer?.cancel();
        again.cancel();
        signal?.removeEventListener('abort', abort);
        const looks = this.#waiters.get(id);
        looks?.delete(look);
        if (looks?.size === 0) this.#waiters.delete(id);
      };
      const settle = (settled: { readonly value: unknown } | undefined) => {
        if (settled === undefined) return;
        end();
        resolve(settled.value);
      };
      const fail = (error: unknown) => {
        end();
        reject(error);
      };
      const abort = () => fail(signal?.reason);
      const timer =
        timeoutMs === undefined
          ? undefined
          : this.#clock.after(timeoutMs, () => fail(resultTimeout(`job ${id}`, timeoutMs, id)));
      const look: Look = (told) => {
        this.#look(id, told).then(settle, fail);
      };
      // One that is gone may have settled just now, and be told of: the next look is sure.
      let seen = true;
      const lookUntold = () =>
        this.#look(id).then(settle, (error) => {
          if (!seen || !isXcError(error, 'XC_QUEUE_GONE')) fail(error);
          seen = false;
        });
      const again = this.#clock.every(TRUST_MS, lookUntold);
      this.#waiters.set(id, (this.#waiters.get(id) ?? new Set()).add(look));
      signal?.addEventListener('abort', abort, { once: true });
      // It may have settled before the events were there.
      this.#listen().waitUntilReady().then(lookUntold, fail);
    });
  }

  #listen(): QueueEvents {
    if (this.#events !== undefined) return this.#events;
    this.#events = this.#openEvents();
    this.#events.on('completed', ({ jobId, returnvalue }) =>
      this.#tell(jobId, { what: 'done', value: returnvalue ?? undefined }),
    );
    this.#events.on('failed', ({ jobId, failedReason }) => this.#tell(jobId, { what: 'dead', why: failedReason }));
    this.#events.on('removed', ({ jobId }) => this.#tell(jobId));
    this.#events.on('error', () => {});
    return this.#events;
  }

  #tell(id: string, told?: Told): void {
    for (const look of [...(this.#waiters.get(id) ?? [])]) look(told);
  }

  /** What is told counts where the job itself is not kept. */
  /** What is told counts where the job itself is not kept. */
  async #look(id: string, told?: Told): Promise<{ readonly value: unknown } | undefined> {
    if (this.#closed) throw closedError(this.#name);
    if (told?.what === 'cancelled') throw resultError({ id, state: 'cancelled', reason: told.reason });
    if (told?.what === 'done') return { value: told.value };
    // The state first: what is read of a settled job afterwards is final.
    const state = stateOf(await this.#queue.getJobState(id));
    const job = await this.#queue.getJob(id);
    if (job === undefined || state === undefined)
      throw told === undefined ? gone(`job ${id}`, id) : diedOf(id, told.why);
    if (state === 'done') return { value: job.returnvalue ?? undefined };
    if (state !== 'dead') return undefined;
    throw resultError({ id, state: 'dead', reason: reasonOf(job), error: errorOf(job) });
  }
}

/** Of a job that is dead and not kept BullMQ tells a message, and nothing else. */
function diedOf(id: string, failedReason: string): XcError {
  const job = { failedReason, stacktrace: [] };
  return resultError({ id, state: 'dead', reason: reasonOf(job), error: errorOf(job) });
}
