import type { Clock, LockLease, Logger, Timer } from '@xc/core';
import type { SettledAcquire } from './acquire-options.ts';
import { clockedSignal } from './clocked-signal.ts';
import type { Fate } from './giving-back.ts';
import { lostError } from './lock-error.ts';
import type { LockMetrics } from './lock-metrics.ts';
import type { LockClaim, LockStore } from './store.ts';

/** What leases of one `createLocks` share. */
export interface LeaseHome {
  readonly store: LockStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: LockMetrics;
  /** Settles when the store has answered, or has failed. */
  giveBack(claim: LockClaim, fate: Fate): Promise<void>;
  /** The lease is held no more. */
  ended(lease: HeldLease): void;
}

type State = 'held' | 'lost' | 'released';

/** What clocks of two machines may drift apart by in a lease, and what a store may round. */
const DRIFT_SHARE = 0.01;
const DRIFT_MS = 2;
const LEAST_RETRY_MS = 10;
const done: Promise<void> = Promise.resolve();

/** How long after it was asked for a lease may be believed, in ms. */
export function believedMs(ttlMs: number): number {
  return ttlMs - ttlMs * DRIFT_SHARE - DRIFT_MS;
}

/**
 * A lease that renews itself. It is believed for less than its store keeps it, from the moment when the store was *asked*: the
 * answer may have been long on its way.
 *
 * Costs one timer of the shared wheel; the signal is made when it is first read.
 */
export class HeldLease implements LockLease {
  readonly claim: LockClaim;
  readonly fence: bigint;
  readonly #home: LeaseHome;
  readonly #options: SettledAcquire;
  readonly #grantedAt: number;
  readonly #endsAt: number;
  #believedUntil: number;
  #state: State = 'held';
  #timer: Timer | undefined;
  #controller: AbortController | undefined;
  #why = '';
  /** Whether another one may hold it by now: nothing to give back. */
  #taken = false;
  #release: Promise<void> | undefined;

  /** @param sentAt - monotonic ms, when the store was asked. */
  constructor(home: LeaseHome, claim: LockClaim, fence: bigint, options: SettledAcquire, sentAt: number) {
    this.#home = home;
    this.claim = claim;
    this.fence = fence;
    this.#options = options;
    this.#grantedAt = sentAt;
    this.#endsAt = sentAt + options.maxHoldMs;
    this.#believedUntil = Math.min(sentAt + believedMs(claim.ttlMs), this.#endsAt);
    home.metrics.held.add(1);
    this.#schedule(sentAt);
  }

  get name(): string {
    return this.claim.name;
  }

  /** Looks at the clock. */
  get held(): boolean {
    this.#look();
    return this.#state === 'held';
  }

  /** Looks at the clock: false once released, and never true again. */
  get lost(): boolean {
    this.#look();
    return this.#state === 'lost';
  }

  get signal(): AbortSignal {
    this.#look();
    this.#controller ??= new AbortController();
    const controller = this.#controller;
    if (this.#state === 'lost' && !controller.signal.aborted) controller.abort(this.lostError());
    return Object.hasOwn(controller.signal, 'aborted')
      ? controller.signal
      : clockedSignal(controller, () => this.#look());
  }

  lostError() {
    return lostError(this.name, this.fence, this.#why);
  }

  /** Whoever holds it is told that it is over, and the store keeps it until it is released. */
  revoke(why: string): void {
    if (this.held) this.#lose(why);
  }

  /** Whoever holds it is told that it is over, and it is released: no loss to count. */
  takeBack(why: string): Promise<void> {
    if (this.held) this.#lose(why, false);
    return this.release();
  }

  release(): Promise<void> {
    if (this.#release !== undefined) return this.#release;
    this.#look();
    if (this.#state === 'held') this.#end('released');
    this.#release = this.#taken ? done : this.#home.giveBack(this.claim, 'granted');
    return this.#release;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  #look(): void {
    if (this.#state !== 'held' || this.#home.clock.monotonic() < this.#believedUntil) return;
    const isOver = this.#believedUntil >= this.#endsAt;
    this.#lose(isOver ? `it was held for maxHoldMs ${this.#options.maxHoldMs}` : 'it ran out');
  }

  #lose(why: string, counts = true): void {
    this.#why = why;
    if (counts) this.#home.metrics.lost.inc();
    this.#end('lost');
    this.#controller?.abort(this.lostError());
  }

  #end(state: Exclude<State, 'held'>): void {
    const { clock, metrics } = this.#home;
    this.#state = state;
    this.#timer?.cancel();
    metrics.held.add(-1);
    metrics.holdSeconds.record((clock.monotonic() - this.#grantedAt) / 1_000);
    this.#home.ended(this);
  }

  /** @param from - when the store was last asked with success. */
  #schedule(from: number): void {
    const { renew } = this.#options;
    const renewAt =
      renew && this.#believedUntil < this.#endsAt ? from + this.claim.ttlMs / 3 : Number.POSITIVE_INFINITY;
    this.#wakeAt(renewAt);
  }

  #wakeAt(renewAt: number): void {
    const { clock } = this.#home;
    this.#timer?.cancel();
    const at = Math.min(renewAt, this.#believedUntil);
    this.#timer = clock.after(at - clock.monotonic(), () => {
      this.#look();
      if (this.#state === 'held') this.#renew();
    });
  }

  #renew(): void {
    const { store, clock } = this.#home;
    const sentAt = clock.monotonic();
    // Until the store has answered there is nothing to do but to run out.
    this.#wakeAt(Number.POSITIVE_INFINITY);
    const renewed = (isOurs: boolean): void => {
      if (this.#state !== 'held') return;
      if (!isOurs) {
        this.#taken = true;
        this.#lose('somebody else may hold it');
        return;
      }
      this.#believedUntil = Math.min(sentAt + believedMs(this.claim.ttlMs), this.#endsAt);
      this.#look();
      if (this.#state === 'held') this.#schedule(sentAt);
    };
    const failed = (error: unknown): void => {
      if (this.#state !== 'held') return;
      this.#home.logger.warn({ err: error, lock: this.name }, 'a lease was not renewed, trying again');
      this.#wakeAt(clock.monotonic() + Math.max(this.claim.ttlMs / 20, LEAST_RETRY_MS));
    };
    try {
      const answer = store.renew(this.claim, this.fence);
      if (typeof answer === 'boolean') renewed(answer);
      else answer.then(renewed, failed);
    } catch (error) {
      failed(error);
    }
  }
}
