import { type HealthProbe, XcError } from '@xc/core';
import { checkMs, LONGEST_MS } from '../limits/limit-checks.ts';
import { checkInteger, checkOneOf, refuse } from '../limits/refuse.ts';
import type { StepLease } from '../store/step.ts';
import { AbortWatch } from './abort-watch.ts';
import { Announcer } from './announcer.ts';
import { CallOp } from './call-op.ts';
import type { KeyOptions, LeaseOptions, LimitChange, TakeOptions, WaitOptions } from './call-options.ts';
import { keyError } from './compiled-limit.ts';
import { Corrections } from './corrections.ts';
import { Decided } from './decided.ts';
import type { Decision, Rejected } from './decision.ts';
import { Intake } from './intake.ts';
import { Judge } from './judge.ts';
import type { Lease } from './lease.ts';
import { Leases } from './leases.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { SettledOptions } from './settled-options.ts';
import type { UnitCalls } from './unit-calls.ts';
import { Lines } from './waiting/lines.ts';

/** Puts the parts together: what a call asks for, who decides it, who waits, and who is told. */
export class Limiter implements RateLimiter<string, unknown> {
  readonly names: readonly string[];
  readonly probe: HealthProbe;
  readonly #options: SettledOptions;
  readonly #intake: Intake;
  readonly #announcer: Announcer;
  readonly #aborts = new AbortWatch();
  readonly #judge: Judge;
  readonly #units: UnitCalls | undefined;
  readonly #corrections: Corrections;
  readonly #leases: Leases;
  readonly #lines: Lines;
  /** Some limit may answer with a promise. */
  readonly #mayWait: boolean;
  readonly #detach: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: SettledOptions) {
    const { limits, tag, events, logger, clock, random, metrics, store } = options;
    this.#options = options;
    this.names = limits.map(({ name }) => name);
    this.#intake = new Intake(limits, tag);
    this.#mayWait = limits.some(({ limitOf }) => limitOf !== undefined);
    this.#announcer = new Announcer(events, logger, clock);
    this.#judge = new Judge(options, this.#announcer, this.#aborts);
    this.#units = this.#judge.units;
    this.#corrections = new Corrections(this.#judge);
    this.#lines = new Lines({
      clock,
      aborts: this.#aborts,
      waiting: metrics.waiting,
      // Its caller has left: nobody else is to pay for it.
      unwanted: (decided) => void this.#corrections.refund(decided, undefined).catch(() => undefined),
      turnAway: (ops) => this.#judge.turnAway(ops),
    });
    const freed = (name: string, key: string) => this.#lines.wake(name, key);
    this.#detach = store.attach?.({ logger });
    this.#leases = new Leases({ judge: this.#judge, clock, random, metrics, freed }, limits);
    this.probe = {
      name: 'ratelimit',
      check: async () => ({
        status: this.#judge.link.isFailing ? 'degraded' : 'up',
        details: { store: store.name },
      }),
    };
  }

  takeSync(subject: unknown, options?: Omit<TakeOptions, 'signal'>): Decision {
    this.#checkOpen();
    if (options !== undefined || this.#units === undefined) return this.#takeAtOnce(this.#intake.ops(subject, options));
    const taken = this.#units.take(subject);
    return Array.isArray(taken) ? this.#takeAtOnce(taken) : taken;
  }

  take(subject: unknown, options?: TakeOptions): Promise<Decision> {
    // The way of nearly all calls in memory, which has nothing to wait for.
    if (this.#judge.engine === undefined || options !== undefined || this.#mayWait) return this.#take(subject, options);
    try {
      return Promise.resolve(this.takeSync(subject));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async peek(subject: unknown, options?: TakeOptions): Promise<Decision> {
    const ops = await this.#ops(subject, options);
    options?.signal?.throwIfAborted();
    if (ops.length === 0) return this.#none();
    return await this.#judge.decide(ops, false, undefined, options?.signal);
  }

  async wait(subject: unknown, options: WaitOptions = {}): Promise<Decision> {
    const { maxWaitMs = 30_000, maxQueued = 1_000, signal } = options;
    checkPatience(maxWaitMs, maxQueued);
    const ops = await this.#ops(subject, options);
    this.#checkWanted(signal);
    if (ops.length === 0) return this.#none();
    refuseConcurrency(ops, 'wait');
    const decide = () => this.#attempt(ops, undefined);
    return this.#told(ops, await this.#lines.wait(ops, { maxWaitMs, maxQueued, signal }, decide));
  }

  async lease(subject: unknown, options: LeaseOptions = {}): Promise<Lease | Rejected> {
    const { ttlMs, renew = 'auto', maxWaitMs = 0, signal } = options;
    if (ttlMs !== undefined) checkMs('ttlMs', ttlMs);
    checkOneOf('renew', renew, ['auto', 'manual']);
    checkPatience(maxWaitMs, 1_000);
    const ops = await this.#ops(subject, options);
    this.#checkWanted(signal);
    const id = this.#leases.newId();
    const step: StepLease = ttlMs === undefined ? { id } : { id, ttlMs };
    let askedAt = 0;
    const decide = () => {
      askedAt = this.#options.clock.monotonic();
      return this.#attempt(ops, step, signal);
    };
    const inLine = () => this.#lines.wait(ops, { maxWaitMs, maxQueued: 1_000, signal }, decide);
    const decided = ops.length === 0 ? this.#none() : await (maxWaitMs > 0 ? inLine() : decide());
    this.#told(ops, decided);
    if (!decided.allowed) return decided as Rejected;
    const lease = this.#leases.hold(decided, ops, step, renew === 'auto', askedAt);
    this.#corrections.lend(lease, decided);
    return lease;
  }

  async refund(decision: Decision, units?: number): Promise<boolean> {
    this.#checkOpen();
    return await this.#corrections.refund(decision, units);
  }

  async settle(decision: Decision, actualCost: number): Promise<boolean> {
    this.#checkOpen();
    return await this.#corrections.settle(decision, actualCost);
  }

  async block(name: string, key: string, blockMs: number, options?: KeyOptions): Promise<void> {
    this.#checkOpen();
    checkMs('blockMs', blockMs);
    const op = this.#opOf(name, key, options);
    await this.#judge.block(op, blockMs);
    this.#announcer.blocked(op.limit, key, blockMs);
  }

  async reset(name: string, key: string, options?: KeyOptions): Promise<void> {
    this.#checkOpen();
    const op = this.#opOf(name, key, options);
    await this.#judge.clear(op);
    this.#announcer.unblocked(op.limit, key);
    this.#lines.wakeAll();
  }

  update(changes: Readonly<Record<string, LimitChange | undefined>>): void {
    this.#checkOpen();
    if (typeof changes !== 'object' || changes === null) refuse('changes', 'an object of changes by limit', changes);
    const planned = Object.entries(changes)
      .filter(([, change]) => change !== undefined)
      .map(([name, change]) => ({ limit: this.#intake.named(name), change: change as LimitChange }));
    for (const { limit, change } of planned) limit.check(change);
    for (const { limit, change } of planned) limit.change(change);
    this.#lines.wakeAll();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#lines.close(closedError());
    await this.#judge.pools?.close();
    this.#judge.link.close();
    this.#detach?.();
  }

  #takeAtOnce(ops: CallOp[] | Promise<CallOp[]>): Decided {
    if (!Array.isArray(ops)) {
      // What it gives is of no use to anybody any more.
      ops.catch(() => undefined);
      throw new TypeError('takeSync needs limits that answer at once, got a promise');
    }
    if (ops.length === 0) return this.#none();
    if (this.#leases.exist) refuseConcurrency(ops, 'take or takeSync');
    const { engine } = this.#judge;
    if (engine === undefined) return this.#told(ops, this.#judge.now(ops));
    const decided = this.#judge.inMemory(engine, ops, true, undefined);
    this.#announcer.decided(ops, engine.verdicts, 'store');
    return decided;
  }

  async #take(subject: unknown, options: TakeOptions | undefined): Promise<Decision> {
    const ops = await this.#ops(subject, options);
    options?.signal?.throwIfAborted();
    if (ops.length === 0) return this.#none();
    refuseConcurrency(ops, 'take');
    return this.#told(ops, await this.#judge.decide(ops, true, undefined, options?.signal));
  }

  #attempt(ops: readonly CallOp[], lease: StepLease | undefined, signal?: AbortSignal): Decided | Promise<Decided> {
    return this.#judge.decide(ops, true, lease, signal);
  }

  /** At once where no limit makes it wait. */
  #ops(subject: unknown, options: TakeOptions | undefined): CallOp[] | Promise<CallOp[]> {
    this.#checkWanted(options?.signal);
    const ops = this.#intake.ops(subject, options);
    return Array.isArray(ops) ? ops : this.#opsInTime(ops, options?.signal);
  }

  async #opsInTime(ops: Promise<CallOp[]>, signal: AbortSignal | undefined): Promise<CallOp[]> {
    const known = await this.#aborts.race(ops, signal);
    this.#checkOpen();
    return known;
  }

  #opOf(name: string, key: string, options: KeyOptions | undefined): CallOp {
    const limit = this.#intake.named(name);
    if (typeof key !== 'string' || key === '') throw keyError(name, 'key', key);
    const tag: unknown = options?.tag;
    if (tag !== undefined && (typeof tag !== 'string' || tag === '')) throw keyError(name, 'tag', tag);
    return new CallOp(limit, key, tag as string | undefined, limit.rule, 0, false);
  }

  #told(ops: readonly CallOp[], decided: Decided): Decided {
    this.#announcer.final(ops, decided);
    return decided;
  }

  #none(): Decided {
    return Decided.of(true, [], [], 'none', false, this.#options.clock.now());
  }

  /** Asked again after every await: a signal that has aborted, or a limiter that has closed, tells nobody twice. */
  #checkWanted(signal: AbortSignal | undefined): void {
    this.#checkOpen();
    signal?.throwIfAborted();
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw closedError();
  }
}

function refuseConcurrency(ops: readonly CallOp[], method: string): void {
  for (const { limit, name } of ops) {
    if (limit.isConcurrency) throw new TypeError(`limits.${name} counts concurrency: use lease, not ${method}`);
  }
}

function checkPatience(maxWaitMs: number, maxQueued: number): void {
  checkInteger('maxWaitMs', maxWaitMs, 0, LONGEST_MS);
  checkInteger('maxQueued', maxQueued, 0, Number.MAX_SAFE_INTEGER);
}

function closedError(): XcError<'XC_RATELIMIT_CLOSED'> {
  return new XcError('XC_RATELIMIT_CLOSED', 'the rate limiter is closed');
}
