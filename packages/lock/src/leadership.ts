import { type Clock, isXcError, type LockLease, type Logger, type Random } from '@xc/core';
import type { AbortWatch } from './abort-watch.ts';
import { clockedSignal } from './clocked-signal.ts';
import type { HeldLease } from './held-lease.ts';
import { lostError } from './lock-error.ts';
import type { Leadership } from './locks.ts';

/** What a candidacy asks of its locks. */
export interface LeadershipHome {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly aborts: AbortWatch;
  acquire(signal: AbortSignal): Promise<HeldLease>;
  /** Runs work that holds the lease. */
  run<T>(lease: HeldLease, fn: () => T): T;
  ended(leadership: Candidacy): void;
}

/** How long a candidate rests where nothing else is said, in ms. */
export const LEAD_RETRY_MS = 1_000;

type Work = (lease: LockLease) => Promise<void>;

/** Waits for the lock, works, rests, and again, until it is disposed. */
export class Candidacy implements Leadership {
  readonly #home: LeadershipHome;
  readonly #name: string;
  readonly #work: Work;
  readonly #retryMs: number;
  readonly #stop = new AbortController();
  readonly #over: Promise<void>;
  #lease: HeldLease | undefined;

  constructor(home: LeadershipHome, name: string, work: Work, retryMs: number, signal: AbortSignal | undefined) {
    this.#home = home;
    this.#name = name;
    this.#work = work;
    this.#retryMs = retryMs;
    const unlisten = signal && home.aborts.on(signal, () => this.#stop.abort());
    if (signal?.aborted) this.#stop.abort();
    this.#over = this.#run().finally(() => {
      unlisten?.();
      home.ended(this);
    });
  }

  get leading(): boolean {
    return this.#lease?.held === true && !this.#stop.signal.aborted;
  }

  /** What the work holds. */
  get lease(): HeldLease | undefined {
    return this.#lease;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    return this.#over;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const lease = await this.#home.acquire(signal).catch((error: unknown) => this.#notChosen(error));
      if (lease?.held === true) await this.#lead(lease);
      else await lease?.release();
      if (!signal.aborted) await this.#rest();
    }
  }

  async #lead(lease: HeldLease): Promise<void> {
    this.#lease = lease;
    const led = new LedLease(lease, this.#stop.signal, this.#home.aborts);
    try {
      await this.#home.run(lease, () => this.#work(led));
    } catch (error) {
      this.#home.logger.error({ err: error, lock: this.#name }, 'the work of a leader failed');
    } finally {
      this.#lease = undefined;
      led.over();
      await lease.release();
    }
  }

  #notChosen(error: unknown): undefined {
    if (this.#stop.signal.aborted) return;
    if (isXcError(error, 'XC_LOCK_CLOSED')) this.#stop.abort();
    else if (!isXcError(error, 'XC_LOCK_TIMEOUT')) {
      this.#home.logger.warn({ err: error, lock: this.#name }, 'leadership cannot be had now, trying again');
    }
  }

  // Not `sleep`: whoever only hopes to lead does not keep the process open.
  #rest(): Promise<void> {
    const { clock, random } = this.#home;
    const { signal } = this.#stop;
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = clock.after(this.#retryMs * (1 - random.next() / 2), wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

/** The lease as the work sees it: its signal also tells that the candidacy is over, while the lock is still held. */
class LedLease implements LockLease {
  readonly name: string;
  readonly fence: bigint;
  readonly signal: AbortSignal;
  /** Hears of the end of the candidacy no more. A candidacy leads again and again: listeners that stayed would pile up. */
  readonly over: () => void;
  readonly #lease: HeldLease;

  constructor(lease: HeldLease, stop: AbortSignal, aborts: AbortWatch) {
    this.name = lease.name;
    this.fence = lease.fence;
    this.#lease = lease;
    const controller = new AbortController();
    const lose = () => controller.abort(lease.lostError());
    lease.signal.addEventListener('abort', lose, { once: true });
    if (lease.lost) lose();
    const resign = () => controller.abort(lostError(lease.name, lease.fence, 'the candidacy is over'));
    this.over = aborts.on(stop, resign);
    if (stop.aborted) resign();
    // To look at the lease is to have it abort, and this one with it.
    this.signal = clockedSignal(controller, () => void lease.held);
  }

  release(): Promise<void> {
    return this.#lease.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
