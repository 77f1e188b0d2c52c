import type { FleetState } from './tick.ts';

/** The fleet of one breaker as its member sees it. */
export interface FleetView {
  /** Members that were heard of lately, this one included. */
  readonly live: number;
  /** Members that have opened by themselves and whose wait is not over. */
  readonly votes: number;
  /** Milliseconds that the fleet stays open, 0 when it is not. */
  readonly openForMs: number;
  /** Probes that this member may send. */
  readonly probesGranted: number;
}

/** What came of a look at the fleet. */
export interface FleetChange {
  /** It has recovered since the last look. */
  readonly recovered: boolean;
  readonly opened: boolean;
  readonly closed: boolean;
  /** It has begun a wait: at its opening, and whenever its probes have failed. */
  readonly waits: boolean;
}

/** What a member remembers of its fleet from round to round. Times are monotonic. */
export class FleetMemory {
  readonly #memberTtlMs: number;
  #state: FleetState | undefined;
  #epoch: number | undefined;
  #openUntil = 0;
  #unrecoveredUntil: number | undefined;
  #membersAtLeast = 0;
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor(memberTtlMs: number) {
    this.#memberTtlMs = memberTtlMs;
  }

  /** How many recoveries it has heard of. */
  get epoch(): number {
    return this.#epoch ?? 0;
  }

  view(now: number): FleetView | undefined {
    if (this.#state === undefined) return undefined;
    const { live, votes, leases } = this.#state;
    return { live, votes, openForMs: Math.max(0, this.#openUntil - now), probesGranted: leases };
  }

  /** The members that were here before the data was lost, for as long as they need to come back. */
  membersAtLeast(now: number): number {
    return now - this.#countedAt < this.#memberTtlMs ? this.#membersAtLeast : 0;
  }

  /** Takes in what a round has brought. The probes that failed may take `leaseMs` to do so after the wait. */
  learn(state: FleetState, now: number, leaseMs: number): FleetChange {
    if (state.isNew && this.#state !== undefined) {
      this.#membersAtLeast = Math.max(this.#state.live, this.membersAtLeast(now));
      this.#countedAt = now;
    }
    this.#state = state;
    // A smaller count comes of lost data and says nothing.
    const recovered = this.#epoch !== undefined && state.epoch > this.#epoch;
    this.#epoch = state.epoch;
    const lapsed = !state.unrecovered && this.#unrecoveredUntil !== undefined && now >= this.#unrecoveredUntil;
    const closed = this.#unrecoveredUntil !== undefined && (recovered || lapsed);
    if (closed) this.#forgetOpening();
    return { recovered, closed, ...this.#open(state.openForMs, now, leaseMs) };
  }

  /** Takes in the news that the fleet is open; undefined when they are older than what is known. */
  hear({ openForMs, epoch }: { readonly openForMs: number; readonly epoch: number }, now: number, leaseMs: number) {
    if (this.#epoch !== undefined && epoch < this.#epoch) return undefined;
    this.#epoch = epoch;
    return this.#open(openForMs, now, leaseMs);
  }

  #open(openForMs: number, now: number, leaseMs: number): Pick<FleetChange, 'opened' | 'waits'> {
    const waits = openForMs > 0 && now >= this.#openUntil;
    const opened = openForMs > 0 && this.#unrecoveredUntil === undefined;
    this.#openUntil = now + openForMs;
    if (openForMs > 0) this.#unrecoveredUntil = this.#openUntil + leaseMs + this.#memberTtlMs;
    return { opened, waits };
  }

  #forgetOpening(): void {
    this.#unrecoveredUntil = undefined;
    this.#openUntil = 0;
  }
}
