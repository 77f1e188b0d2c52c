import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { type Clock, type Logger, noopLogger, systemClock, type Timer } from '@xc/core';
import type { StatefulBreaker } from '../circuit/stateful-breaker.ts';
import { report } from '../run/hook.ts';
import {
  type CircuitBreakerOptions,
  type CircuitBreakerState,
  type LiveOptions,
  liveOptions,
} from './circuit-breaker-options.ts';
import { fallbackOf } from './fallback-of.ts';
import { GuardedCalls } from './guarded-calls.ts';
import { isOurError, ourError } from './our-error.ts';
import { relaySnapshots } from './relay-snapshots.ts';
import { repeatedCheck } from './repeated-check.ts';
import { statefulBreaker } from './stateful-breaker.ts';
import { type Stats, Status, type StatusOptions } from './status.ts';
import { statusOf } from './status-of.ts';

const healthCheckMs = 5_000;

type Action<Args extends unknown[], Result> = (this: never, ...args: Args) => Result | PromiseLike<Result>;
type Fallback<Args extends unknown[]> = (...args: [...Args, error: unknown]) => unknown;

/**
 * The breaker of opossum, with the same constructor, methods, options, events and codes, on top of ours: change the import
 * and keep the code. Not the same are the things that were wrong: every call has a signal of its own, a slot is held until
 * the action settles, calls in flight do not dilute the error rate, a recovery starts a new window, results that come too
 * late change nothing, a trial that hangs ends, and an action may return `undefined`.
 *
 * @example
 * ```ts
 * import CircuitBreaker from '@xc/breaker/opossum';
 *
 * const breaker = new CircuitBreaker(fetchUser, { timeout: 3_000, errorThresholdPercentage: 50 });
 * breaker.fallback(() => guest);
 * const user = await breaker.fire('42');
 * ```
 */
export class CircuitBreaker<Args extends unknown[] = unknown[], Result = unknown> extends EventEmitter {
  /** Tells an error of the breaker from one of the action. */
  static isOurError(error: unknown): boolean {
    return isOurError(error);
  }

  /** Statistics to hand to a breaker as `options.status`. */
  static newStatus(options?: StatusOptions): Status {
    return new Status(options);
  }

  readonly options: LiveOptions;
  readonly name: string;
  readonly group: string;
  readonly status: Status;
  readonly #action: (...args: unknown[]) => unknown;
  readonly #calls: GuardedCalls;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #breaker: StatefulBreaker;
  readonly #warmUpUntil: number;
  readonly #healthChecks: Timer[] = [];
  #enabled: boolean;
  #shutdown = false;
  #openTimer: Timer | undefined;
  #lastTimerAt: number | undefined;

  /** @throws TypeError without an action, and for options that are not there or make no sense. */
  constructor(action: Action<Args, Result> | Result, options: CircuitBreakerOptions = {}) {
    super({ captureRejections: true });
    this.options = liveOptions(options);
    if (!action) {
      throw new TypeError('No action provided. Cannot construct a CircuitBreaker without an invocable action.');
    }
    const { state, clock = systemClock, logger = noopLogger } = options;
    const isFunction = typeof action === 'function';
    this.#action = isFunction ? (action as (...args: unknown[]) => unknown) : () => action;
    this.#clock = clock;
    this.#logger = logger;
    this.name = options.name || (isFunction && action.name) || randomUUID();
    this.group = options.group || this.name;
    this.status = statusOf(this.options, clock);
    this.#enabled = state ? state.enabled !== false : options.enabled !== false;
    const warmsUp = options.allowWarmUp === true || state?.warmUp === true;
    this.#warmUpUntil = warmsUp ? clock.monotonic() + this.options.rollingCountTimeout : 0;
    this.#breaker = statefulBreaker(this.options, clock, logger);
    this.#breaker.on('transition', ({ to }) => {
      if (to === 'open') this.#onOpen();
      else if (to === 'half-open') this.#onHalfOpen();
      else this.#onClose();
    });
    this.#calls = new GuardedCalls({
      name: this.name,
      options: this.options,
      status: this.status,
      breaker: this.#breaker,
      clock,
      logger,
      tell: this.#tell,
      isWarmingUp: () => this.warmUp,
    });
    relaySnapshots(this.status, this);
    if (state) this.#resume(state);
  }

  /** True while calls go through. */
  get closed(): boolean {
    return !this.#shutdown && this.#breaker.state === 'closed';
  }

  /** True while calls are refused. */
  get opened(): boolean {
    return !this.#shutdown && this.#breaker.state === 'open';
  }

  /** True while one trial decides, from `resetTimeout` after opening on. */
  get halfOpen(): boolean {
    return !this.#shutdown && this.#breaker.state === 'half-open';
  }

  /** True while half-open with the trial not fired yet. */
  get pendingClose(): boolean {
    return this.halfOpen && this.#breaker.snapshot().probesLeft === 1;
  }

  /** True after `shutdown`, for good. */
  get isShutdown(): boolean {
    return this.#shutdown;
  }

  /** False while calls go to the action unguarded. */
  get enabled(): boolean {
    return this.#enabled;
  }

  /** True in the first `rollingCountTimeout` of a breaker that warms up: it does not open then. */
  get warmUp(): boolean {
    return this.#clock.monotonic() < this.#warmUpUntil;
  }

  /** Finished calls below which it stays closed. */
  get volumeThreshold(): number {
    return this.options.volumeThreshold;
  }

  /** The statistics of the window summed up; percentiles are worked out at each reading. */
  get stats(): Stats {
    return this.status.stats;
  }

  /** What `options.state` and `options.status` take up after a restart. */
  toJSON(): { state: CircuitBreakerState; status: Stats } {
    const { name, enabled, closed, opened: open, halfOpen, warmUp, isShutdown: shutdown } = this;
    const state = { name, enabled, closed, open, halfOpen, warmUp, shutdown, lastTimerAt: this.#lastTimerAt };
    return { state, status: this.stats };
  }

  /** Calls the action, with its own signal as `this.signal`. */
  fire(...args: Args): Promise<Awaited<Result>> {
    return this.#fire(args, undefined) as Promise<Awaited<Result>>;
  }

  /** Calls the action with `context` as `this`. */
  call(context: unknown, ...args: Args): Promise<Awaited<Result>> {
    return this.#fire(args, { given: context }) as Promise<Awaited<Result>>;
  }

  /**
   * Answers, in the place of every failure, timeout and refusal, with what `answer` returns or another breaker gives.
   *
   * @throws TypeError when `answer` is neither a function nor a breaker.
   */
  fallback(answer: Fallback<Args> | CircuitBreaker<Args>): this {
    this.#calls.fallback = fallbackOf(answer);
    return this;
  }

  /**
   * Opens when `check` rejects. It is called now and then every `interval` milliseconds, 5,000 when left out.
   *
   * @throws TypeError when `check` is no function or `interval` no number.
   */
  healthCheck(check: () => PromiseLike<unknown>, interval?: number): void {
    if (typeof check !== 'function') throw new TypeError('Health check function must be a function');
    if (Number.isNaN(Number(interval ?? 0))) throw new TypeError('Health check interval must be a number');
    const failed = (error: unknown) => {
      if (this.#shutdown) return;
      this.#tell('healthCheckFailed', error);
      this.open();
    };
    const ms = Number(interval) || healthCheckMs;
    this.#healthChecks.push(repeatedCheck(this.#clock, ms, () => check.apply(this), failed));
  }

  /** Refuses calls from now on, for `resetTimeout`. */
  open(): void {
    if (!this.#shutdown && !this.opened) this.#breaker.open();
  }

  /** Lets calls through from now on, with nothing held against them. */
  close(): void {
    if (!this.#shutdown) this.#breaker.close();
  }

  /** Ends what `disable` began. */
  enable(): void {
    this.#enabled = true;
    this.status.listen();
  }

  /** Calls go to the action directly, without breaker and fallback. */
  disable(): void {
    this.#enabled = false;
    this.status.mute();
  }

  /** Every later call rejects; timers and listeners go. */
  shutdown(): void {
    this.#tell('shutdown');
    this.disable();
    this.removeAllListeners();
    this.#openTimer?.cancel();
    for (const timer of this.#healthChecks.splice(0)) timer.cancel();
    this.status.shutdown();
    this.#shutdown = true;
  }

  /** Called synchronously in the action: the signal of this very call. Elsewhere: that of `options.abortController`. */
  getSignal(): AbortSignal | undefined {
    return this.getAbortController()?.signal;
  }

  /** Called synchronously in the action: the controller of this very call. Elsewhere: `options.abortController`. */
  getAbortController(): AbortController | undefined {
    return this.#calls.controller ?? this.options.abortController;
  }

  /** Hears of a listener that failed, an async one too: unheard, that would end the process. */
  override [EventEmitter.captureRejectionSymbol](error: unknown, event: string | symbol): void {
    report(this.#logger, { err: error, name: this.name, event }, 'a listener threw');
  }

  #fire(args: Args, context: { readonly given: unknown } | undefined): Promise<unknown> {
    if (this.#shutdown) return Promise.reject(ourError('The circuit has been shutdown.', 'ESHUTDOWN'));
    const now = this.#clock.monotonic();
    this.status.count('fires', now);
    this.#tell('fire', args);
    if (!this.#enabled) return this.#unguarded(args, context);
    return this.#calls.fire(this.#action, args, now, context);
  }

  async #unguarded(args: unknown[], context: { readonly given: unknown } | undefined): Promise<unknown> {
    return this.#action.apply(context === undefined ? this.#action : context.given, args);
  }

  #onOpen(): void {
    const { resetTimeout } = this.options;
    this.status.open();
    this.#lastTimerAt = this.#clock.now();
    this.#openTimer?.cancel();
    // Half-open comes by itself, as an event: others than the callers may wait for it.
    this.#openTimer = this.#clock.after(resetTimeout, () => this.opened && this.#breaker.halfOpen());
    this.#tell('open');
  }

  #onHalfOpen(): void {
    this.#renewAbortController();
    this.#tell('halfOpen', this.options.resetTimeout);
  }

  #onClose(): void {
    this.#openTimer?.cancel();
    this.#renewAbortController();
    this.status.close();
    this.#tell('close');
  }

  #renewAbortController(): void {
    const { autoRenewAbortController, abortController } = this.options;
    if (autoRenewAbortController && abortController?.signal.aborted)
      this.options.abortController = new AbortController();
  }

  #resume(state: CircuitBreakerState): void {
    const waitedMs = this.#clock.now() - (state.lastTimerAt ?? Number.POSITIVE_INFINITY);
    if (state.shutdown) this.shutdown();
    else if (state.halfOpen || (state.closed === false && waitedMs > this.options.resetTimeout)) {
      this.#breaker.open();
      this.#breaker.halfOpen();
    } else if (state.closed === false) this.#breaker.open();
  }

  readonly #tell = (event: string, ...facts: unknown[]): void => {
    try {
      this.emit(event, ...facts);
    } catch (error) {
      this[EventEmitter.captureRejectionSymbol](error, event);
    }
  };
}
