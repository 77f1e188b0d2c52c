import type { Clock, Timer } from '@xc/core';
import type { Heartbeat } from '../engine/heartbeat.ts';
import type { Lease } from '../engine/step-request.ts';
import type { Attempt } from './attempt.ts';
import { leaseOf } from './job-calls.ts';

/** What happens to leases by the time of this process. */
export interface LeaseEvents {
  /** It is time to renew. */
  renewDue(): void;
  /** The server may give the job away soon: the lease is no longer to be trusted. */
  distrusted(attempt: Attempt): void;
}

/**
 * The leases of a worker, and how long to trust them: until nine tenths of their time have passed since the step was sent that last
 * confirmed them, by the monotonic clock of this process. That is before the server counts them as ended.
 */
export class HeldLeases {
  readonly #held = new Map<string, Attempt>();
  readonly #clock: Clock;
  readonly #renewMs: number;
  readonly #trustMs: number;
  readonly #events: LeaseEvents;
  readonly #heartbeat: Heartbeat | undefined;
  #renew: Timer | undefined;
  #trust: Timer | undefined;
  #due = false;

  /** @param heartbeat - Confirms leases while this thread is blocked. */
  constructor(clock: Clock, leaseMs: number, events: LeaseEvents, heartbeat?: Heartbeat) {
    this.#heartbeat = heartbeat;
    this.#clock = clock;
    this.#renewMs = leaseMs / 3;
    this.#trustMs = leaseMs - leaseMs / 10;
    this.#events = events;
  }

  get size(): number {
    return this.#held.size;
  }

  get renewDue(): boolean {
    return this.#due && this.#held.size > 0;
  }

  /** Returns the attempt of an earlier lease of the same job that was still held, whose lease has ended for sure. */
  add(attempt: Attempt): Attempt | undefined {
    const { id } = attempt.leased;
    const earlier = this.#held.get(id);
    this.#held.set(id, attempt);
    this.#renew ??= this.#clock.after(this.#renewMs, () => this.#renewNow());
    this.#trust ??= this.#clock.after(this.#trustMs, () => this.#look());
    return earlier;
  }

  find({ id, fence }: Lease): Attempt | undefined {
    const attempt = this.#held.get(id);
    return attempt?.leased.fence === fence ? attempt : undefined;
  }

  remove(attempt: Attempt): void {
    const { id } = attempt.leased;
    if (this.#held.get(id) === attempt) this.#held.delete(id);
  }

  /** Whether the lease can still be trusted. */
  trusts(attempt: Attempt, now: number): boolean {
    return now < attempt.confirmedAt + this.#trustMs || now < this.#confirmedAt(attempt) + this.#trustMs;
  }

  /** Tells the heartbeat what is held now. */
  tell(): void {
    this.#heartbeat?.hold([...this.#held.values()].map(leaseOf));
  }

  /** What is to be renewed in the step that goes out now: everything, or nothing while it is not due. */
  takeRenewals(): readonly Attempt[] {
    if (!this.renewDue) return [];
    this.#due = false;
    this.#renew = this.#clock.after(this.#renewMs, () => this.#renewNow());
    return [...this.#held.values()];
  }

  values(): IterableIterator<Attempt> {
    return this.#held.values();
  }

  close(): void {
    this.#held.clear();
    this.#renew?.cancel();
    this.#trust?.cancel();
    this.#heartbeat?.close();
  }

  #confirmedAt(attempt: Attempt): number {
    if (this.#heartbeat === undefined) return attempt.confirmedAt;
    return Math.max(attempt.confirmedAt, this.#heartbeat.confirmedAt(attempt.leased));
  }

  #renewNow(): void {
    this.#renew = undefined;
    this.#due = this.#held.size > 0;
    if (this.#due) this.#events.renewDue();
  }

  #look(): void {
    this.#trust = undefined;
    const now = this.#clock.monotonic();
    let oldest = Number.POSITIVE_INFINITY;
    for (const attempt of [...this.#held.values()]) {
      if (this.trusts(attempt, now)) oldest = Math.min(oldest, this.#confirmedAt(attempt));
      else this.#events.distrusted(attempt);
    }
    if (oldest < Number.POSITIVE_INFINITY) {
      this.#trust = this.#clock.after(oldest + this.#trustMs - now, () => this.#look());
    }
  }
}
