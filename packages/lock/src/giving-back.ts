import { type Clock, isXcError, type Logger, type Timer } from '@xc/core';
import type { Answer, LockClaim } from './store.ts';
import { isLater } from './store-answer.ts';

/** What is known of a claim that nobody wants any more. A claim that was not answered may be granted at any time. */
export type Fate = 'granted' | 'refused' | 'unanswered';

/** What a failed acquisition says of its claim: what was never sent has not been granted. */
export function fateAfter(error: unknown): Fate {
  return isXcError(error) && error.details.sent === false ? 'refused' : 'unanswered';
}

/** Whom claims are given back to. */
export interface GivingBackHome<Claim extends LockClaim> {
  readonly store: { release(claim: Claim): Answer<boolean> };
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A claim on its way back. */
interface Return<Claim> {
  readonly claim: Claim;
  readonly fate: Fate;
  /** Monotonic ms: nothing can be kept any longer. */
  readonly until: number;
  /** Until the next question. */
  waitMs: number;
  complained: boolean;
  /** Settles with the question that is on its way, if there is one. */
  asked: Promise<void> | undefined;
  timer: Timer | undefined;
}

const FIRST_WAIT_MS = 100;
/** Between failures, which take their time themselves: soon after a store has come back it is told. */
const MOST_WAIT_MS = 250;
const done: Promise<void> = Promise.resolve();

/**
 * Gives back what nobody wants any more, for as long as a store may keep it. What was granted is given back once the store has
 * said so. What was not answered may be granted later than it is given back: a command waits in the socket of a server that
 * stands still, a client sends it again over its next connection, a cluster holds it up on its way. It is given back again and
 * again, ever more rarely.
 *
 * No question holds the process open for longer than the store does, and no wait between two of them does. What a store at hand
 * takes back at once costs nothing here; guarded by `bench/memory.bench.ts`.
 */
export class GivingBack<Claim extends LockClaim = LockClaim> {
  readonly #home: GivingBackHome<Claim>;
  readonly #open = new Map<Claim, Return<Claim>>();

  constructor(home: GivingBackHome<Claim>) {
    this.#home = home;
  }

  /** Resolves when the first question has been answered, or has failed. */
  give(claim: Claim, fate: Fate): Promise<void> {
    const open = this.#open.size === 0 ? undefined : this.#open.get(claim);
    if (open !== undefined && fate === 'unanswered') return open.asked ?? done;
    if (open !== undefined) this.#forget(open);
    if (fate === 'refused') return done;
    const answer = this.#release(claim);
    if (fate === 'granted' && !isLater(answer)) return done;
    const until = this.#home.clock.monotonic() + claim.ttlMs;
    const begun = { claim, fate, until, waitMs: FIRST_WAIT_MS, complained: false, asked: undefined, timer: undefined };
    this.#open.set(claim, begun);
    return this.#hear(begun, answer);
  }

  /** Asks for all of them once more, and then no more. Resolves when they have been answered. */
  async end(): Promise<void> {
    const open = [...this.#open.values()];
    for (const one of open) this.#forget(one);
    await Promise.all(open.map((one) => one.asked ?? this.#ask(one)));
  }

  #ask(one: Return<Claim>): Promise<void> {
    return this.#hear(one, this.#release(one.claim));
  }

  #release(claim: Claim): Answer<boolean> {
    try {
      return this.#home.store.release(claim);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #hear(one: Return<Claim>, answer: Answer<boolean>): Promise<void> {
    const answered = (): void => {
      one.asked = undefined;
      if (one.fate === 'granted') this.#forget(one);
      else this.#askIn(one, one.waitMs);
    };
    one.asked = Promise.resolve(answer).then(answered, (error: unknown) => this.#failed(one, error));
    return one.asked;
  }

  // It runs out by itself when the store cannot be told: no reason to fail work that is done.
  #failed(one: Return<Claim>, error: unknown): void {
    one.asked = undefined;
    if (one.fate === 'granted' && !one.complained) {
      this.#home.logger.warn({ err: error, lock: one.claim.name }, 'a lock was not released');
    }
    one.complained = true;
    this.#askIn(one, Math.min(one.waitMs, MOST_WAIT_MS));
  }

  #askIn(one: Return<Claim>, waitMs: number): void {
    if (this.#open.get(one.claim) !== one) return;
    const { clock } = this.#home;
    one.waitMs = 2 * waitMs;
    if (clock.monotonic() + waitMs >= one.until) this.#forget(one);
    else one.timer = clock.after(waitMs, () => void this.#ask(one));
  }

  #forget(one: Return<Claim>): void {
    one.timer?.cancel();
    if (this.#open.get(one.claim) === one) this.#open.delete(one.claim);
  }
}
