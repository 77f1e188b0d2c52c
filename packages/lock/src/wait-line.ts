import type { Clock, Logger, Random, Subscription, Timer } from '@xc/core';
import type { RequestContext } from '@xc/core/context';
import type { AbortWatch } from './abort-watch.ts';
import type { SettledAcquire } from './acquire-options.ts';
import { type Fate, fateAfter } from './giving-back.ts';
import { believedMs, type HeldLease } from './held-lease.ts';
import { reentrantError, timeoutError, unavailableError } from './lock-error.ts';
import type { LockMetrics } from './lock-metrics.ts';
import { POLL_MS, pollPause } from './poll-pause.ts';
import type { Answer, LockAnswer, LockClaim, LockStore } from './store.ts';
import { checkedAnswer, checkedBusyMs, isLater } from './store-answer.ts';
import type { StorePulse } from './store-pulse.ts';
import { Waiter, type WaiterHome } from './waiter.ts';

/** What lines of one `createLocks` share. */
export interface LineHome {
  readonly store: LockStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: LockMetrics;
  readonly aborts: AbortWatch;
  readonly pulse: StorePulse;
  claim(name: string, permits: number | undefined, options: SettledAcquire): LockClaim;
  lease(claim: LockClaim, fence: bigint, options: SettledAcquire, sentAt: number): HeldLease;
  /** Nobody wants it any more: frees what was granted, or may be. */
  giveBack(claim: LockClaim, fate: Fate): Promise<void>;
  /** A question is on its way to the store: disposal waits for its answer. */
  asked(answer: PromiseLike<unknown>): void;
  /** Somebody got it, or did not. */
  won(lease: HeldLease, since: number, context: RequestContext | undefined): void;
  missed(error: unknown, since: number): void;
  /** Nobody waits any more, and nothing is under way. */
  emptied(line: WaitLine): void;
}

/** What somebody who waits has asked for. */
export interface WaitCall {
  readonly options: SettledAcquire;
  /** Whether the very work that asks holds it already. */
  readonly reenters: boolean;
  /** Where it was asked for outside of `using`. */
  readonly context: RequestContext | undefined;
}

/**
 * Those of this process who wait for one name, in order. Only the first one costs the store anything: a subscription, a try
 * at every message, and four cheap looks a second in case that a message was lost.
 */
export class WaitLine implements WaiterHome<HeldLease> {
  readonly name: string;
  readonly permits: number | undefined;
  readonly key: string;
  readonly #home: LineHome;
  readonly #waiters = new Set<Waiter<HeldLease>>();
  /** A question is on its way to the store. */
  #asking = false;
  /** Something happened meanwhile: ask once more. */
  #again = false;
  /** What is asked for, and on whose behalf. */
  #claimed: { readonly head: Waiter<HeldLease>; readonly claim: LockClaim } | undefined;
  #answer: PromiseLike<unknown> | undefined;
  #looked = false;
  #sentAt = 0;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #watch: Subscription | 'none' | 'asked' = 'none';
  #closed = false;

  constructor(home: LineHome, name: string, permits: number | undefined, key: string) {
    this.#home = home;
    this.name = name;
    this.permits = permits;
    this.key = key;
  }

  get clock(): Clock {
    return this.#home.clock;
  }

  get aborts(): AbortWatch {
    return this.#home.aborts;
  }

  /** What is on its way from the store, or was. */
  get answer(): PromiseLike<unknown> | undefined {
    return this.#answer;
  }

  get length(): number {
    return this.#waiters.size;
  }

  /** Whether the store counts this line among those that listen. */
  get listens(): boolean {
    return typeof this.#watch === 'object';
  }

  /** The first one comes with what it has asked already. */
  begin(call: WaitCall, claim: LockClaim, answer: Answer<LockAnswer>, sentAt: number): Promise<HeldLease> {
    const waiter = this.#enter(call);
    this.#asking = true;
    this.#sentAt = sentAt;
    this.#receive(waiter, claim, answer, sentAt);
    return waiter.promise;
  }

  join(call: WaitCall): Promise<HeldLease> {
    const waiter = this.#enter(call);
    waiter.hold();
    if (call.reenters) waiter.reject(reentrantError(this.name));
    // Nobody waited, and the last question is still on its way: its answer is not for this one.
    else if (this.#waiters.size === 1) this.#pump();
    return waiter.promise;
  }

  /** Sends all of them away. */
  refuse(reason: (name: string) => unknown): void {
    for (const waiter of [...this.#waiters]) waiter.reject(reason(this.name));
  }

  expired({ since, options: { waitMs } }: Waiter<HeldLease>): unknown {
    const isUnanswered = this.#asking && this.#answeredAt < since;
    const isSilent = isUnanswered && this.#home.pulse.isSilent(this.clock.monotonic() - this.#sentAt, waitMs);
    if (!isSilent) return timeoutError(this.name, waitMs);
    return unavailableError(this.name, new Error(`the store has not answered within ${waitMs} ms`));
  }

  left(waiter: Waiter<HeldLease>, lease: HeldLease | undefined, error?: unknown): void {
    if (lease === undefined) this.#home.missed(error, waiter.since);
    else this.#home.won(lease, waiter.since, waiter.context);
    this.#waiters.delete(waiter);
    this.#home.metrics.waiters.add(-1);
    // Right behind the question, so that whoever asks next finds it free; and once more if it is granted after all.
    if (this.#claimed?.head === waiter) void this.#home.giveBack(this.#claimed.claim, 'unanswered');
    if (this.#waiters.size === 0 && !this.#asking) this.#close();
  }

  #enter({ options, reenters, context }: WaitCall): Waiter<HeldLease> {
    const waiter = new Waiter<HeldLease>(this, options, reenters, context);
    this.#waiters.add(waiter);
    this.#home.metrics.waiters.add(1);
    return waiter;
  }

  /** Asks on behalf of the first one; once more if something is on its way already. */
  #pump() {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    const [head] = this.#waiters;
    if (head === undefined) return this.#close();
    this.#begin();
    const claim = this.#home.claim(this.name, this.permits, head.options);
    let answer: Answer<LockAnswer>;
    try {
      answer = this.#home.store.acquire(claim);
    } catch (error) {
      return this.#fail(error, claim);
    }
    this.#receive(head, claim, answer, this.#sentAt);
  }

  #begin(): void {
    this.#asking = true;
    this.#again = false;
    this.#timer?.cancel();
    this.#sentAt = this.clock.monotonic();
  }

  #receive(head: Waiter<HeldLease>, claim: LockClaim, answer: Answer<LockAnswer>, sentAt: number) {
    const answered = (given: LockAnswer) => {
      let checked: LockAnswer;
      try {
        checked = checkedAnswer(given);
      } catch (error) {
        return this.#fail(error, claim);
      }
      this.#answered(head, claim, checked, sentAt);
    };
    if (!isLater(answer)) return answered(answer);
    this.#claimed = { head, claim };
    this.#answer = answer;
    answer.then(answered, (error: unknown) => this.#fail(error, claim));
  }

  #answered(head: Waiter<HeldLease>, claim: LockClaim, answer: LockAnswer, sentAt: number) {
    this.#claimed = undefined;
    this.#answeredAt = this.clock.monotonic();
    this.#home.pulse.answered(this.#answeredAt - sentAt);
    if (!answer.granted) {
      if (head.settled) void this.#home.giveBack(claim, 'refused');
      this.#asking = false;
      if (head.reenters) head.reject(reentrantError(this.name));
      return this.#goOn(answer.retryMs, answer.contended);
    }
    if (this.#answeredAt - sentAt >= believedMs(claim.ttlMs)) {
      // It came so late that it may be somebody else's by now.
      void this.#home.giveBack(claim, 'granted');
      this.#asking = false;
      return this.#goOn(POLL_MS.least);
    }
    const deliver = (): void => {
      const isWanted = !head.settled;
      if (isWanted) head.resolve(this.#home.lease(claim, answer.fence, head.options, sentAt));
      else void this.#home.giveBack(claim, 'granted');
      this.#asking = false;
      // There may be more permits, or it is free again.
      if (!isWanted || this.permits !== undefined) this.#again = true;
      this.#goOn(claim.ttlMs);
    };
    // An abort in the very tick of winning still counts.
    if (head.options.signal === undefined || head.settled) deliver();
    else Promise.resolve().then(deliver);
  }

  #fail(error: unknown, claim: LockClaim | undefined): void {
    this.#asking = false;
    this.#claimed = undefined;
    // The store may have granted it without being able to say so.
    if (claim !== undefined) void this.#home.giveBack(claim, fateAfter(error));
    this.refuse((name) => unavailableError(name, error));
    this.#goOn(POLL_MS.most);
  }

  #goOn(retryMs: number, contended = false) {
    if (this.#asking) return;
    if (this.#waiters.size === 0) return this.#close();
    if (this.#again) return this.#pump();
    for (const waiter of this.#waiters) waiter.hold();
    if (this.#watch === 'none') this.#listen();
    if (this.#asking) return;
    const pollMs = pollPause(this.#home.random, contended, !this.#looked);
    this.#looked = true;
    this.#timer?.cancel();
    this.#timer = this.clock.after(Math.min(pollMs, Math.max(retryMs, 0) + 1), () => this.#look());
  }

  /** Cheaper than a try, and enough while there is nothing to be had. */
  #look(): void {
    const [head] = this.#waiters;
    if (this.#asking || head === undefined) return;
    this.#begin();
    const seen = (busyMs: number): void => {
      this.#asking = false;
      this.#answeredAt = this.clock.monotonic();
      this.#home.pulse.answered(this.#answeredAt - this.#sentAt);
      if (busyMs <= 0) this.#again = true;
      this.#goOn(busyMs);
    };
    try {
      const answer = this.#home.store.busyMs(this.#home.claim(this.name, this.permits, head.options));
      if (!isLater(answer)) seen(checkedBusyMs(answer));
      else answer.then(checkedBusyMs).then(seen, (error: unknown) => this.#fail(error, undefined));
    } catch (error) {
      this.#fail(error, undefined);
    }
  }

  readonly #wake = (): void => {
    if (!this.#closed && this.#waiters.size > 0) this.#pump();
  };

  #listen() {
    const failed = (error: unknown): void => {
      this.#watch = 'none';
      this.#home.logger.debug({ err: error, lock: this.name }, 'a lock is waited for without messages');
    };
    const listening = (subscription: Subscription) => {
      if (typeof subscription?.close !== 'function')
        return failed(new TypeError('watch of a store gave no subscription'));
      if (this.#closed) subscription.close().catch(() => {});
      else this.#watch = subscription;
    };
    this.#watch = 'asked';
    try {
      const answer = this.#home.store.watch(this.name, this.#wake);
      if (!isLater(answer)) return listening(answer);
      answer.then((subscription) => {
        listening(subscription);
        // It may have been released between the try and the subscription.
        if (this.listens) this.#look();
      }, failed);
    } catch (error) {
      failed(error);
    }
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    if (typeof this.#watch === 'object') this.#watch.close().catch(() => {});
    this.#home.emptied(this);
  }
}
