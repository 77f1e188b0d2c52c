import type { Clock, Logger } from '@xc/core';
import { circuitKey } from '../circuit/circuit.ts';
import type { StatefulBreaker } from '../circuit/stateful-breaker.ts';
import { hearOut, report } from '../run/hook.ts';
import type { LiveOptions } from './circuit-breaker-options.ts';
import { ActionContext, FiredCall } from './fired-call.ts';
import { ourError } from './our-error.ts';
import type { Status } from './status.ts';

/** What is called, whatever `this` and the arguments are. */
export type Action = (this: unknown, ...args: unknown[]) => unknown;

/** What a facade puts in place for its calls. */
export interface Guard {
  readonly name: string;
  readonly options: LiveOptions;
  readonly status: Status;
  readonly breaker: StatefulBreaker;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Emits an event of the facade. Never throws. */
  readonly tell: (event: string, ...facts: unknown[]) => void;
  readonly isWarmingUp: () => boolean;
}

/** Calls an action within its capacity and time, and puts down in states, statistics and events how each call went. */
export class GuardedCalls {
  /** Answers for every call that went wrong. */
  fallback: ((...args: unknown[]) => unknown) | undefined;
  readonly #guard: Guard;
  #running = 0;
  // The call whose action is being called right now.
  #calling: FiredCall | undefined;

  constructor(guard: Guard) {
    this.#guard = guard;
  }

  /** The controller of the call whose action runs at this very moment. */
  get controller(): AbortController | undefined {
    return this.#calling?.controller;
  }

  /** @param context - What the action gets as `this`; left out, its `signal` is that of the call. */
  fire(action: Action, args: unknown[], now: number, context?: { readonly given: unknown }): Promise<unknown> {
    const { breaker, options } = this.#guard;
    const generation = breaker[circuitKey].admit();
    if (generation < 0) return this.#refused(args, now);
    const call = new FiredCall(args, generation, now, options.abortController);
    return this.#running < options.capacity ? this.#act(call, action, context) : this.#locked(call, now);
  }

  #refused(args: unknown[], now: number): Promise<unknown> {
    const error = ourError('Breaker is open', 'EOPENBREAKER');
    this.#guard.status.count('rejects', now);
    this.#guard.tell('reject', error);
    return this.#answerOf(error, args);
  }

  #locked(call: FiredCall, now: number): Promise<unknown> {
    const error = ourError('Semaphore locked', 'ESEMLOCKED');
    this.#guard.status.count('semaphoreRejections', now);
    this.#guard.tell('semaphoreLocked', error, 0);
    return this.#failed(call, error, now);
  }

  #act(call: FiredCall, action: Action, context: { readonly given: unknown } | undefined): Promise<unknown> {
    const { options, clock } = this.#guard;
    const { timeout } = options;
    this.#running++;
    if (timeout) call.endBy(clock.after(timeout, () => this.#timedOut(call, timeout)));
    const outer = this.#calling;
    this.#calling = call;
    let result: unknown;
    try {
      result = action.apply(context === undefined ? new ActionContext(call) : context.given, call.args);
    } catch (error) {
      return this.#rejected(call, error) as Promise<unknown>;
    } finally {
      this.#calling = outer;
    }
    const outcome = Promise.resolve(result).then(
      (value) => this.#fulfilled(call, value),
      (error) => this.#rejected(call, error),
    );
    return call.race(outcome);
  }

  #fulfilled(call: FiredCall, value: unknown): unknown {
    this.#ended(call);
    if (call.settle()) this.#succeeded(call, value, this.#guard.clock.monotonic());
    return value;
  }

  #rejected(call: FiredCall, error: unknown): Promise<unknown> | undefined {
    this.#ended(call);
    return call.settle() ? this.#failed(call, error, this.#guard.clock.monotonic()) : undefined;
  }

  // The slot is free when the work is over, not when the caller has had enough of it.
  #ended(call: FiredCall): void {
    this.#running--;
    call.release();
  }

  #timedOut(call: FiredCall, timeout: number): void {
    if (!call.settle()) return;
    const { clock, status, tell } = this.#guard;
    const now = clock.monotonic();
    const latency = now - call.startedAt;
    const error = ourError(`Timed out after ${timeout}ms`, 'ETIMEDOUT');
    status.count('timeouts', now, latency);
    tell('timeout', error, latency, call.args);
    call.answer(this.#failed(call, error, now));
    call.abort(error);
  }

  #succeeded(call: FiredCall, result: unknown, now: number): void {
    const { breaker, status, tell } = this.#guard;
    const circuit = breaker[circuitKey];
    const latency = now - call.startedAt;
    const counts = call.generation === circuit.generation;
    circuit.succeeded(call.generation, now, latency, result);
    // Closing has begun a new window by now: the trial that closed is the first of its outcomes.
    if (counts) status.decideBy(false, now);
    status.count('successes', now, latency);
    tell('success', result, latency);
  }

  /** What the caller gets: the answer of the fallback, or the error. */
  #failed(call: FiredCall, error: unknown, now: number): Promise<unknown> {
    if (this.#isFiltered(error, call.args)) {
      this.#succeeded(call, error, now);
      return Promise.reject(error);
    }
    const { status, tell } = this.#guard;
    const latency = now - call.startedAt;
    status.count('failures', now, latency);
    tell('failure', error, latency, call.args);
    this.#decide(call, error, now);
    return this.#answerOf(error, call.args);
  }

  #decide(call: FiredCall, error: unknown, now: number): void {
    const { breaker, status, options, isWarmingUp } = this.#guard;
    const circuit = breaker[circuitKey];
    const counts = call.generation === circuit.generation;
    if (counts) status.decideBy(true, now);
    circuit.failed(call.generation, now, now - call.startedAt, error);
    if (!counts || breaker.state !== 'closed' || isWarmingUp()) return;
    if (status.exceeds(options.errorThresholdPercentage, options.volumeThreshold)) breaker.open();
  }

  #isFiltered(error: unknown, args: readonly unknown[]): boolean {
    const { options, logger, name } = this.#guard;
    try {
      const filtered = options.errorFilter(error, ...(args as never[]));
      hearOut(filtered, (cause) => report(logger, { err: cause, name }, 'errorFilter rejected'));
      return Boolean(filtered);
    } catch (cause) {
      report(logger, { err: cause, name }, 'errorFilter threw: the error counts as a failure');
      return false;
    }
  }

  #answerOf(error: unknown, args: readonly unknown[]): Promise<unknown> {
    if (this.fallback === undefined) return Promise.reject(error);
    try {
      const answer = this.fallback(...args, error);
      this.#guard.status.increment('fallbacks');
      this.#guard.tell('fallback', answer, error);
      return Promise.resolve(answer);
    } catch (fault) {
      return Promise.reject(fault);
    }
  }
}
