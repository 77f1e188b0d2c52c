import type { Standing } from '../circuit/breaker-circuit.ts';
import type { FleetState } from './tick.ts';

/** What the leases of one member go by. Milliseconds. */
export interface LeaseTerms {
  readonly intervalMs: number;
  readonly deadlineMs: number;
}

/** More than anybody probes with; keeps the script short. */
const mostLeases = 1_000;

/**
 * The probes that one member may send. They are asked for by rounds and used by calls, which never wait for a round.
 *
 * A lease that no call has used by the next round goes back, for others may have calls; from then on this member asks
 * only when a call has been refused for want of one.
 */
export class ProbeLeases {
  readonly #terms: LeaseTerms;
  #unused = 0;
  #endsAt = 0;
  #usableUntil = 0;
  #grantedAt = 0;
  #inUse = 0;
  #offered = false;
  #wanted = false;

  constructor(terms: LeaseTerms) {
    this.#terms = terms;
  }

  /** How many of `wanted` probes a call may begin to send now. */
  take(wanted: number, now: number): number {
    if (this.#unused === 0 || now >= this.#usableUntil) {
      this.#wanted = true;
      return 0;
    }
    this.#inUse = Math.min(wanted, this.#unused);
    this.#unused = 0;
    return this.#inUse;
  }

  /** Whether what is in use would lapse before a usual round could hold on to it. */
  endSoon(now: number): boolean {
    return this.#endsAt - now < this.#terms.intervalMs + this.#terms.deadlineMs;
  }

  /** How many to hold from now on. */
  wants({ state, leftMs, halfOpen }: Standing, now: number): number {
    const permits = Math.min(halfOpen.permits, mostLeases);
    // Sent half-open by hand, or while alone: all its probes are on their way, and the others should know.
    if (state === 'half-open') return this.#inUse === 0 ? permits : this.#inUse;
    this.#inUse = 0;
    if (state !== 'open' || leftMs > 0) {
      this.forget();
      return 0;
    }
    if (now - this.#grantedAt >= this.#terms.intervalMs) this.#unused = 0;
    return this.#unused > 0 || this.#wanted || !this.#offered ? permits : 0;
  }

  /** Takes note of what a round that was sent at `sentAt` has brought. */
  granted({ leases, leaseLeftMs }: FleetState, { state }: Standing, sentAt: number): void {
    this.#endsAt = sentAt + leaseLeftMs;
    if (state !== 'open') return;
    if (leases > 0 && this.#unused === 0) {
      this.#grantedAt = sentAt;
      this.#offered = true;
      this.#wanted = false;
    }
    this.#unused = leases;
    // The round that holds on to them once they are in use needs time to get through.
    this.#usableUntil = this.#endsAt - Math.min(this.#terms.deadlineMs, leaseLeftMs / 2);
  }

  /** A new wait has begun, or nobody knows what is leased: all begins anew. */
  forget(): void {
    this.#unused = 0;
    this.#offered = false;
    this.#wanted = false;
  }
}
