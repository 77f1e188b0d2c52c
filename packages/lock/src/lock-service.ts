import { randomUUID } from 'node:crypto';
import type { Clock, Lock, LockLease, Logger, Random, Tracer } from '@xc/core';
import { isXcError, noopTracer } from '@xc/core';
import { currentContext, type RequestContext } from '@xc/core/context';
import { AbortWatch } from './abort-watch.ts';
import { acquireJointly } from './acquire-jointly.ts';
import { type AcquireOptions, acquireKinds, type SettledAcquire, settleAcquire } from './acquire-options.ts';
import { type Fate, fateAfter, GivingBack } from './giving-back.ts';
import { HeldHere } from './held-here.ts';
import { HeldLease, type LeaseHome } from './held-lease.ts';
import { keptShapes } from './kept-shapes.ts';
import { Candidacy, LEAD_RETRY_MS } from './leadership.ts';
import { closedError, reentrantError, timeoutError, unavailableError } from './lock-error.ts';
import { type LockMetrics, outcomeOf } from './lock-metrics.ts';
import { checkName, checkPermits } from './lock-name.ts';
import type { LockParts } from './lock-parts.ts';
import type { Leadership, LeadOptions, Locks } from './locks.ts';
import { checkMs, checkOptions, kindOf } from './option-checks.ts';
import type { Answer, LockAnswer, LockClaim, LockFacts, LockStore } from './store.ts';
import { isLater } from './store-answer.ts';
import { StorePulse } from './store-pulse.ts';
import { tracedAcquire } from './traced-acquire.ts';
import { tryOnce } from './try-once.ts';
import { type LineHome, WaitLine } from './wait-line.ts';

/** One wish for a lock. */
interface Wish {
  readonly name: string;
  readonly permits: number | undefined;
  readonly options: SettledAcquire;
  /** Where it was asked for outside of `using`. */
  readonly context: RequestContext | undefined;
}

/**
 * The locks of one `createLocks`. An acquisition that need not wait, of a store that answers at once, costs no line, no waiter
 * and one promise; guarded by `bench/memory.bench.ts`.
 */
export class LockService implements Locks, LineHome, LeaseHome {
  readonly store: LockStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: LockMetrics;
  readonly logger: Logger;
  readonly aborts = new AbortWatch();
  readonly pulse = new StorePulse();
  readonly #tracer: Tracer;
  readonly #defaults: SettledAcquire;
  readonly #heldHere = new HeldHere();
  readonly #held = new Set<HeldLease>();
  readonly #lines = new Map<string, WaitLine>();
  readonly #permitLines = new Map<string, WaitLine>();
  readonly #candidacies = new Set<Candidacy>();
  readonly #givingBack: GivingBack;
  /** Questions to the store that are on their way. */
  readonly #asked = new Set<PromiseLike<unknown>>();
  readonly #detach: (() => Promise<void>) | undefined;
  // Unlike any other process, whatever `random` is.
  readonly #self = randomUUID();
  readonly shapes = keptShapes();
  #claims = 0;
  #disposal: Promise<void> | undefined;

  constructor({ store, defaults, clock, random, metrics, logger, tracer }: LockParts) {
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.metrics = metrics;
    this.logger = logger;
    this.#tracer = tracer;
    this.#defaults = defaults;
    this.#givingBack = new GivingBack(this);
    this.#detach = store.attach?.({ logger });
  }

  acquire(name: string, options?: AcquireOptions): Promise<HeldLease> {
    return this.#acquire(name, undefined, options, this.#defaults, currentContext());
  }

  async tryAcquire(name: string, options?: AcquireOptions): Promise<LockLease | undefined> {
    const once = { ...settleAcquire(options, this.#defaults), waitMs: 0 };
    return this.#acquire(name, undefined, undefined, once, currentContext()).catch((error: unknown) => {
      if (isXcError(error, 'XC_LOCK_TIMEOUT')) return undefined;
      throw error;
    });
  }

  async using<T>(name: string, fn: (lease: LockLease) => Promise<T>, options?: AcquireOptions): Promise<T> {
    if (typeof fn !== 'function') throw new TypeError(`fn must be a function, got ${kindOf(fn)}`);
    const lease = await this.#acquire(name, undefined, options, this.#defaults, undefined);
    try {
      const result = await this.#heldHere.run(lease, () => fn(lease));
      if (lease.lost) throw lease.lostError();
      return result;
    } finally {
      await lease.release();
    }
  }

  async acquireAll(names: readonly string[], options?: AcquireOptions): Promise<LockLease> {
    if (!Array.isArray(names)) throw new TypeError(`names must be an array, got ${kindOf(names)}`);
    for (const name of names) checkName(name);
    return acquireJointly(this, names, settleAcquire(options, this.#defaults));
  }

  semaphore(name: string, permits: number): Lock {
    checkName(name);
    checkPermits(permits);
    return {
      acquire: async (asked, options) => {
        checkName(asked);
        return this.#acquire(name, permits, options, this.#defaults, currentContext());
      },
    };
  }

  lead(name: string, work: (lease: LockLease) => Promise<void>, options: LeadOptions = {}): Leadership {
    checkName(name);
    if (typeof work !== 'function') throw new TypeError(`work must be a function, got ${kindOf(work)}`);
    checkOptions(options, { ...acquireKinds, retryMs: 'any' });
    const { retryMs = LEAD_RETRY_MS, signal, ...rest } = options;
    checkMs('retryMs', retryMs, 0);
    const defaults = settleAcquire(rest, { ...this.#defaults, waitMs: Number.POSITIVE_INFINITY });
    if (this.#disposal) throw closedError();
    const { clock, random, logger, aborts } = this;
    const home = {
      ...{ clock, random, logger, aborts },
      acquire: (stop: AbortSignal) => this.#acquire(name, undefined, { signal: stop }, defaults, undefined),
      run: <T>(lease: HeldLease, fn: () => T) => this.#heldHere.run(lease, fn),
      ended: (candidacy: Candidacy) => void this.#candidacies.delete(candidacy),
    };
    const candidacy = new Candidacy(home, name, work, retryMs, signal ?? this.#defaults.signal);
    this.#candidacies.add(candidacy);
    return candidacy;
  }

  async inspect(name: string): Promise<LockFacts | undefined> {
    const facts = await this.#ask(name, () => this.store.inspect(name));
    if (facts === undefined) return undefined;
    const own = [...this.#lines.values(), ...this.#permitLines.values()].filter((line) => line.name === name);
    const listening = own.filter(({ listens }) => listens).length;
    const waiting = own.reduce((sum, { length }) => sum + length, 0);
    return { ...facts, waiters: Math.max(0, facts.waiters - listening) + waiting };
  }

  async forceRelease(name: string): Promise<boolean> {
    // Whoever waits may have it before the store has said so, and keeps it.
    const holders = [...this.#held].filter((lease) => lease.name === name);
    const wasHeld = await this.#ask(name, () => this.store.forceRelease(name));
    for (const lease of holders) lease.revoke('it was released by force');
    return wasHeld;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    return this.#disposal;
  }

  claim(name: string, permits: number | undefined, { ttlMs }: SettledAcquire): LockClaim {
    this.#claims += 1;
    return { name, owner: `${this.#self}:${this.#claims}`, ttlMs, permits };
  }

  lease(claim: LockClaim, fence: bigint, options: SettledAcquire, sentAt: number): HeldLease {
    const lease = new HeldLease(this, claim, fence, options, sentAt);
    this.#held.add(lease);
    return lease;
  }

  ended(lease: HeldLease): void {
    this.#held.delete(lease);
  }

  emptied(line: WaitLine): void {
    const lines = line.permits === undefined ? this.#lines : this.#permitLines;
    if (lines.get(line.key) === line) lines.delete(line.key);
  }

  asked(answer: PromiseLike<unknown>): void {
    const forget = () => void this.#asked.delete(answer);
    this.#asked.add(answer);
    answer.then(forget, forget);
  }

  won(lease: HeldLease, since: number, context: RequestContext | undefined): void {
    if (context !== undefined) this.#heldHere.note(context, lease);
    this.metrics.acquisitions.ok.inc();
    this.metrics.waitSeconds.record((this.clock.monotonic() - since) / 1_000);
  }

  missed(error: unknown, since: number): void {
    this.metrics.acquisitions[outcomeOf(error)].inc();
    this.metrics.waitSeconds.record((this.clock.monotonic() - since) / 1_000);
  }

  giveBack(claim: LockClaim, fate: Fate): Promise<void> {
    return this.#givingBack.give(claim, fate);
  }

  #acquire(
    name: string,
    permits: number | undefined,
    options: AcquireOptions | undefined,
    defaults: SettledAcquire,
    context: RequestContext | undefined,
  ): Promise<HeldLease> {
    let settled: SettledAcquire;
    try {
      checkName(name);
      settled = settleAcquire(options, defaults);
      if (this.#disposal) throw closedError();
    } catch (error) {
      return Promise.reject(error);
    }
    const wish: Wish = { name, permits, options: settled, context };
    if (this.#tracer === noopTracer) return this.#seek(wish);
    return tracedAcquire(this.#tracer, () => this.#seek(wish));
  }

  #seek(wish: Wish): Promise<HeldLease> {
    const { name, permits, options, context } = wish;
    const { signal } = options;
    const startedAt = this.clock.monotonic();
    const refuse = (error: unknown): Promise<never> => {
      this.missed(error, startedAt);
      return Promise.reject(error);
    };
    if (signal?.aborted) return refuse(signal.reason);
    if (options.waitMs === 0) return this.#once(wish, startedAt).catch(refuse);
    const reenters = this.#heldHere.has(name, permits);
    if (reenters && permits === undefined) return refuse(reentrantError(name));

    const lines = permits === undefined ? this.#lines : this.#permitLines;
    const key = permits === undefined ? name : `${permits} ${name}`;
    const line = lines.get(key);
    const call = { options, reenters, context };
    if (line !== undefined) return line.join(call);

    const claim = this.claim(name, permits, options);
    let answer: Answer<LockAnswer>;
    try {
      answer = this.store.acquire(claim);
    } catch (error) {
      void this.giveBack(claim, fateAfter(error));
      return refuse(unavailableError(name, error));
    }
    if (signal === undefined && !isLater(answer) && answer?.granted === true && typeof answer.fence === 'bigint') {
      const lease = this.lease(claim, answer.fence, options, startedAt);
      this.won(lease, startedAt, context);
      return Promise.resolve(lease);
    }
    const opened = new WaitLine(this, name, permits, key);
    lines.set(key, opened);
    return opened.begin(call, claim, answer, startedAt);
  }

  async #once({ name, permits, options, context }: Wish, startedAt: number): Promise<HeldLease> {
    const claim = this.claim(name, permits, options);
    const fence = await tryOnce(this, claim, options.signal, () => this.#disposal !== undefined);
    if (fence === undefined) throw timeoutError(name, 0);
    const lease = this.lease(claim, fence, options, startedAt);
    this.won(lease, startedAt, context);
    return lease;
  }

  async #ask<T>(name: string, question: () => Answer<T>): Promise<T> {
    checkName(name);
    if (this.#disposal) throw closedError();
    try {
      return await question();
    } catch (error) {
      throw unavailableError(name, error);
    }
  }

  async #dispose(): Promise<void> {
    // Those who call from inside of it find it disposed.
    await undefined;
    const lines = [...this.#lines.values(), ...this.#permitLines.values()];
    for (const line of lines) line.refuse(closedError);
    const candidacies = [...this.#candidacies];
    const led = new Set(candidacies.map(({ lease }) => lease));
    const over = candidacies.map((candidacy) => candidacy[Symbol.asyncDispose]());
    const taken = [...this.#held].filter((lease) => !led.has(lease));
    await Promise.all(taken.map((lease) => lease.takeBack('the locks were disposed')));
    await Promise.all(over);
    await Promise.allSettled(lines.map(({ answer }) => answer));
    while (this.#asked.size > 0) await Promise.allSettled(this.#asked);
    await this.#givingBack.end();
    await this.#detach?.();
  }
}
