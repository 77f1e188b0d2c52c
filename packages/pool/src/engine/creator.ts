import { AsyncResource } from 'node:async_hooks';
import type { Backoff, CallContext, Clock, Logger, Policy, Random } from '@xc/core';
import type { CreateContext, PoolFactory } from '../pool-factory.ts';
import type { Agenda } from './agenda.ts';
import { LazySignal } from './lazy-signal.ts';
import { NothingCreatedError } from './pool-errors.ts';
import { type CallEnd, timedCall } from './timed-call.ts';

// That many in a row, unless they lie far apart.
const forgiven = 10;
const forgivenMs = 10_000;

/** What opening resources needs of its pool. */
export interface CreatorParts<T> {
  readonly name: string;
  readonly factory: PoolFactory<T>;
  readonly policy: Policy | undefined;
  readonly backoff: Backoff;
  readonly createTimeoutMs: number;
  readonly agenda: Agenda;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Who wants to know how creates end. */
export interface CreatorHost<T> {
  createStarted(id: number): void;
  createEnded(attempt: Attempt, end: CallEnd): void;
  /** The back-off is over. */
  mayCreateAgain(): void;
  /** Opened when nobody wanted it any more. */
  openedLate(attempt: Attempt, resource: T): void;
}

/** One try to open a resource. */
export interface Attempt {
  readonly id: number;
  readonly startedAt: number;
  readonly generation: number;
}

interface Running extends Attempt {
  readonly signal: LazySignal;
}

/** Opens resources and knows when it is no use to try. */
export class Creator<T> {
  lastError: unknown;
  readonly #parts: CreatorParts<T>;
  readonly #host: CreatorHost<T>;
  /** Oldest first. */
  readonly #running = new Set<Running>();
  /** Else a connection would carry the async context of the borrower it was opened for. */
  readonly #home = new AsyncResource('XcPoolCreate');
  #lastId = 0;
  #failures = 0;
  #stillborn = 0;
  #stillbornAt = Number.NEGATIVE_INFINITY;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(parts: CreatorParts<T>, host: CreatorHost<T>) {
    this.#parts = parts;
    this.#host = host;
  }

  /** The last create failed. */
  get failing(): boolean {
    return this.#failures > 0;
  }

  /** Since when the oldest of those under way is being opened. */
  get openingSince(): number | undefined {
    for (const { startedAt } of this.#running) return startedAt;
    return undefined;
  }

  /** After a failure one goes ahead and the others wait for how it ends. */
  mayStart(now: number, creating: number): boolean {
    return now >= this.#retryAt && (creating === 0 || (this.#failures === 0 && this.#stillborn <= forgiven));
  }

  retryInMs(now: number): number {
    return Math.max(this.#retryAt - now, 0);
  }

  start(now: number, generation: number): void {
    const { agenda, createTimeoutMs } = this.#parts;
    const attempt: Running = { id: ++this.#lastId, startedAt: now, generation, signal: new LazySignal() };
    this.#running.add(attempt);
    this.#host.createStarted(attempt.id);
    const tries = new Tries<T>((resource) => this.#host.openedLate(attempt, resource));
    timedCall(
      agenda,
      now + createTimeoutMs,
      () => this.#home.runInAsyncScope(() => this.#open(attempt, tries)),
      (end) => {
        this.#running.delete(attempt);
        tries.over(end);
        const nothing = end.kind === 'value' && end.value === undefined;
        this.#ended(attempt, nothing ? { kind: 'error', error: new NothingCreatedError() } : end);
      },
    );
  }

  /** The pool closes: whatever is under way may stop. */
  abort(reason: unknown): void {
    for (const { signal } of this.#running) signal.abort(reason);
  }

  /** A resource died before anybody could use it: to open the next one at once is fine a few times, but not for ever. */
  stillborn(now: number): void {
    if (now - this.#stillbornAt > forgivenMs) this.#stillborn = 0;
    this.#stillbornAt = now;
    this.#stillborn++;
    if (this.#stillborn > forgiven) this.#rest(now, this.#stillborn - forgiven);
  }

  /** Somebody could use one. */
  proven(): void {
    this.#stillborn = 0;
  }

  #open(attempt: Running, tries: Tries<T>): unknown {
    const { factory, policy } = this.#parts;
    const number = this.#failures + 1;
    if (policy === undefined) return tries.add(factory.create(new Context(attempt.signal, number)));
    return policy.run((context) => tries.add(factory.create(new PolicyContext(context, number))) as Promise<unknown>, {
      signal: attempt.signal.signal,
      idempotent: true,
    });
  }

  #ended(attempt: Running, end: CallEnd): void {
    const now = this.#parts.clock.monotonic();
    if (end.kind === 'value') this.#succeeded();
    else {
      const late = `create took longer than ${this.#parts.createTimeoutMs} ms`;
      const error = end.kind === 'error' ? end.error : new DOMException(late, 'TimeoutError');
      if (end.kind === 'timeout') attempt.signal.abort(error);
      this.#failed(error, now);
    }
    this.#host.createEnded(attempt, end);
  }

  #succeeded(): void {
    const { name, logger } = this.#parts;
    if (this.#failures > 0) logger.warn({ pool: name, failures: this.#failures }, 'the pool can open resources again');
    this.#failures = 0;
    this.lastError = undefined;
    if (this.#stillborn <= forgiven) this.#retryAt = Number.NEGATIVE_INFINITY;
  }

  #failed(error: unknown, now: number): void {
    const { name, logger } = this.#parts;
    if (this.#failures === 0) logger.warn({ err: error, pool: name }, 'the pool cannot open resources');
    this.lastError = error;
    this.#failures++;
    this.#rest(now, this.#failures);
  }

  #rest(now: number, times: number): void {
    const { agenda, backoff, random } = this.#parts;
    const delayMs = backoff.delayMs(times, random);
    this.#retryAt = now + (Number.isNaN(delayMs) ? 0 : Math.max(delayMs, 0));
    agenda.at(this.#retryAt, () => this.#host.mayCreateAgain());
  }
}

/** What the tries of one attempt have opened: a policy may try more than once, and only one resource can be the result. */
class Tries<T> {
  readonly #late: (resource: T) => void;
  readonly #opened: T[] = [];
  #end: CallEnd | undefined;

  constructor(late: (resource: T) => void) {
    this.#late = late;
  }

  add(result: T | PromiseLike<T>): T | PromiseLike<T> {
    if (typeof (result as Partial<PromiseLike<T>> | undefined | null)?.then === 'function') {
      const opening = Promise.resolve(result);
      opening.then(
        (resource) => this.#add(resource),
        () => {},
      );
      return opening;
    }
    this.#add(result as T);
    return result;
  }

  over(end: CallEnd): void {
    this.#end = end;
    for (const resource of this.#opened) if (!this.#isResult(resource)) this.#late(resource);
    this.#opened.length = 0;
  }

  #add(resource: T): void {
    if (resource === undefined) return;
    if (this.#end === undefined) this.#opened.push(resource);
    else if (!this.#isResult(resource)) this.#late(resource);
  }

  #isResult(resource: T): boolean {
    return this.#end?.kind === 'value' && this.#end.value === resource;
  }
}

class Context implements CreateContext {
  readonly attempt: number;
  readonly #signal: LazySignal;

  constructor(signal: LazySignal, attempt: number) {
    this.#signal = signal;
    this.attempt = attempt;
  }

  get signal(): AbortSignal {
    return this.#signal.signal;
  }
}

class PolicyContext implements CreateContext {
  readonly attempt: number;
  readonly #context: CallContext;

  constructor(context: CallContext, number: number) {
    this.#context = context;
    this.attempt = number + context.attempt - 1;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }
}
