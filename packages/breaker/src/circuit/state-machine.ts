import type { Clock, Random } from '@xc/core';
import type { Announcer } from '../events/announcer.ts';
import type { BreakerDump } from './breaker-dump.ts';
import type { BreakerSettings } from './breaker-settings.ts';
import type { BreakerSnapshot } from './breaker-snapshot.ts';
import type { BreakerState, OpenReason, TransitionReason } from './breaker-state.ts';
import { CircuitOpenError, type RefusalReason } from './circuit-open-error.ts';
import { Evidence } from './evidence.ts';
import { type FleetLink, leasedProbes } from './fleet-link.ts';
import { HalfOpenTrial } from './half-open-trial.ts';
import { openWaitMs } from './open-wait.ts';
import { dumpOf, type Opening, shownMinimum } from './opening.ts';
import { rampedAdmission } from './ramp-up.ts';
import type { Owner, SettledState, StateMachineParts } from './state-machine-parts.ts';

const refused = -1;

/**
 * The states of a breaker and what moves it between them. Owns no timer: the end of a wait is noticed by whoever looks
 * next, and dated to when it came. Every change begins a generation, and only calls of the present one count.
 * Methods are private to the compiler only: V8 gives an object of a class with #methods a field more (bench/heap.bench.ts).
 */
export class StateMachine {
  /** V8 drops a shape that no object has, and the code compiled for it: of refusals there always is one. */
  static readonly residentRefusal = new CircuitOpenError('none', 'open', 'manual', 0);

  readonly clock: Clock;
  readonly announcer: Announcer;
  /** Asked for probes when a wait is over. */
  fleet: FleetLink | undefined;
  readonly #random: Random;
  readonly #owner: Owner | undefined;
  readonly #evidence: Evidence;
  #settings: BreakerSettings;
  #state: BreakerState;
  #opening: Opening | undefined;
  #trial: HalfOpenTrial | undefined;
  #rampUpSince: number | undefined;
  #generation = 0;
  #inFlight = 0;
  #rejected = 0;
  #openings = 0;
  #refusedFor: RefusalReason = 'manual';

  constructor(parts: StateMachineParts) {
    const { clock, settings, beginning } = parts;
    this.clock = clock;
    this.#random = parts.random;
    this.announcer = parts.announcer;
    this.#owner = parts.owner;
    this.#settings = settings;
    this.#evidence = new Evidence(settings.window, clock.monotonic());
    this.#state = beginning.state;
    this.#opening = beginning.opening;
    this.#openings = beginning.openings;
    this.announcer.began(this.#state);
  }

  get settings(): BreakerSettings {
    return this.#settings;
  }

  get generation(): number {
    return this.#generation;
  }

  /** Why and until when, while open and half-open. */
  get opening(): Opening | undefined {
    return this.#opening;
  }

  /** Calls admitted and not reported yet, of whatever generation. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** See `Circuit.admit`. */
  admit(): number {
    if (this.#state !== 'closed' || this.#rampUpSince !== undefined) return this.admitUnlessRefused();
    this.#inFlight++;
    return this.#generation;
  }

  /** See `Circuit.refusal`. */
  refusal(): CircuitOpenError {
    const retryAfterMs = this.retryAfterMs(this.clock.monotonic());
    return new CircuitOpenError(this.announcer.name, this.#state, this.#refusedFor, retryAfterMs);
  }

  /** Takes note that a call ended; false when nobody records it. */
  takesReport(generation: number, now: number, ok: boolean): boolean {
    this.#inFlight--;
    if (this.#inFlight === 0 && this.#owner !== undefined) this.#owner.released();
    if (this.#trial !== undefined) this.look(now);
    if (generation === this.#generation) return this.#state !== 'disabled';
    this.announcer.stale(ok);
    return false;
  }

  /** Records an outcome of the present generation and draws the consequences; `openForMs` opens at once. */
  record(now: number, outcome: 'success' | 'failure' | 'gave-up', slow: boolean, openForMs?: number): void {
    this.#evidence.record(now, outcome, slow);
    if (this.#state === 'metrics-only') {
      this.#evidence.tellExceeded(this.#settings, this.announcer);
    } else if (openForMs !== undefined) {
      this.open('classified', now, openForMs);
    } else if (this.#trial !== undefined) {
      const verdict = this.#evidence.trialVerdict(this.#settings);
      if (verdict === 'failed') this.open('probes-failed', now);
      else if (verdict === 'passed') this.settle('closed', 'probes-passed', now);
    } else {
      const reason = this.#evidence.tripReason(this.#settings);
      if (reason !== undefined) this.open(reason, now);
    }
  }

  /** A call of the present generation is as if it had not been made. */
  giveBack(): void {
    this.#trial?.giveBack();
  }

  /** The state after a look at the clock. */
  state(): BreakerState {
    this.observe();
    return this.#state;
  }

  /** A look from outside, and what it finds is told at once. Gives the present, monotonic. */
  observe(): number {
    const now = this.look(this.clock.monotonic());
    this.announcer.flush();
    return now;
  }

  /** See `Breaker.snapshot`. */
  snapshot(): BreakerSnapshot {
    const now = this.observe();
    if (this.#state !== 'open') this.#evidence.advance(now);
    return this.snapshotAt(now);
  }

  /** See `Breaker.dump`. */
  dump(): BreakerDump {
    const now = { monotonic: this.observe(), epoch: this.clock.now() };
    return dumpOf({ name: this.announcer.name, state: this.#state, openings: this.#openings }, this.#opening, now);
  }

  /** Opens for `forMs`, or as long as is configured. */
  open(reason: OpenReason, at: number, forMs?: number): void {
    this.#evidence.advance(at);
    const attempt = this.#openings + 1;
    const waitMs = forMs ?? this.waitMs(reason, attempt);
    this.#openings = attempt;
    this.#opening = { reason, waitMs, until: at + waitMs, minimumCalls: this.#settings.minimumCalls };
    this.#trial = undefined;
    this.enter('open', reason, at);
  }

  /** Sets a new wait on an open breaker, from `now` on. */
  extend(now: number, forMs?: number): void {
    const waitMs = forMs ?? this.waitMs('manual', this.#openings);
    this.#opening = { ...(this.#opening as Opening), waitMs, until: now + waitMs };
  }

  /** Goes half-open with so many permits. */
  probe(reason: TransitionReason, now: number, permits: number): void {
    this.#trial = new HalfOpenTrial(permits, now + this.#settings.halfOpen.maxWaitMs);
    this.enter('half-open', reason, now);
  }

  /** Goes to a state that no time ends; from half-open to closed by a ramp, where one is set, unless `at once`. */
  settle(to: SettledState, reason: TransitionReason, at: number, how?: 'at once'): void {
    const rampsUp = to === 'closed' && this.#state === 'half-open' && this.#settings.halfOpen.rampUpMs > 0 && !how;
    this.#trial = undefined;
    this.#opening = undefined;
    if (to !== 'forced-open') this.#openings = 0;
    this.enter(to, reason, at, rampsUp ? at : undefined);
    if (to === 'closed' && this.#owner !== undefined) this.#owner.released();
  }

  /** Begins a closed breaker anew: nothing recorded, nothing counted, no ramp. */
  clear(): void {
    this.#rampUpSince = undefined;
    this.beginGeneration();
    this.#evidence.clear(undefined);
  }

  /** Goes by other settings from now on. */
  adopt(settings: BreakerSettings, now: number): void {
    const { window } = this.#settings;
    this.#settings = settings;
    if (settings.window === window) return;
    const rejected = this.#rejected;
    this.beginGeneration();
    this.#rejected = rejected;
    // Calls of the old generation give no permit back, so the new one begins with all of them.
    this.#trial = this.#trial?.restarted();
    this.#evidence.replaceWindow(settings.window, now, this.#trial);
  }

  /** Ends a half-open period whose time has run out by `now`, dated to its end. */
  private look(now: number): number {
    const trial = this.#trial;
    if (trial === undefined || now < trial.endsAt) return now;
    // Taken away first: whoever is asked for the next wait may look at the breaker.
    this.#trial = undefined;
    if (trial.passesAtEnd(this.#settings)) this.settle('closed', 'max-wait', trial.endsAt);
    else this.open('max-wait', trial.endsAt);
    return now;
  }

  private admitUnlessRefused(): number {
    const reason = this.reasonToRefuse(this.look(this.clock.monotonic()));
    if (reason === undefined) {
      this.#inFlight++;
    } else {
      this.#rejected++;
      this.#refusedFor = reason;
      this.announcer.rejected(reason);
    }
    // Read before the listeners are told: they may change the state, the call they hear of goes on as it was admitted.
    const admission = reason === undefined ? this.#generation : refused;
    this.announcer.flush();
    return admission;
  }

  private reasonToRefuse(now: number): RefusalReason | undefined {
    if (this.#state === 'forced-open') return 'manual';
    if (this.#state === 'open') {
      const { until, reason } = this.#opening as Opening;
      const probes = now < until ? 0 : leasedProbes(this.fleet, this.#settings.halfOpen.permits, this.announcer);
      if (probes === 0) return reason;
      this.probe('wait-over', now, probes);
    }
    if (this.#trial !== undefined) return this.#trial.take() ? undefined : 'probes-used';
    const admission = this.admission(now);
    return admission === 1 || this.#random.next() < admission ? undefined : 'ramp-up';
  }

  private enter(to: BreakerState, reason: TransitionReason, at: number, rampUpSince?: number): void {
    const from = this.#state;
    this.#state = to;
    this.#rampUpSince = rampUpSince;
    this.beginGeneration();
    if (to !== 'open') this.#evidence.clear(this.#trial);
    this.announcer.moved(from, to, reason);
    if (!this.announcer.hears('transition')) return;
    const atMs = this.clock.now() - (this.clock.monotonic() - at);
    const name = this.announcer.name;
    this.announcer.tell('transition', { name, from, to, reason, atMs, snapshot: this.snapshotAt(at) });
  }

  private beginGeneration(): void {
    this.#generation++;
    this.#rejected = 0;
    this.#evidence.beginRow();
  }

  private waitMs(reason: OpenReason, attempt: number): number {
    const trip = { attempt, reason, ...this.#evidence.rates(shownMinimum(this.#state, this.#opening, this.#settings)) };
    return openWaitMs(this.#settings.openForMs, trip, this.#random, this.announcer);
  }

  private retryAfterMs(now: number): number {
    if (this.#state === 'forced-open') return Number.POSITIVE_INFINITY;
    // Whole milliseconds, rounded up: who comes back after so long must not be too early.
    return Math.max(0, Math.ceil((this.#trial?.endsAt ?? this.#opening?.until ?? now) - now));
  }

  private admission(now: number): number {
    if (this.#state === 'open' || this.#state === 'forced-open') return 0;
    if (this.#rampUpSince === undefined) return 1;
    const admission = rampedAdmission(this.#settings.halfOpen, now - this.#rampUpSince);
    if (admission === 1) this.#rampUpSince = undefined;
    return admission;
  }

  private snapshotAt(now: number): BreakerSnapshot {
    const { calls, failures, slow, slowFailures } = this.#evidence.tally;
    return {
      name: this.announcer.name,
      state: this.#state,
      calls,
      failures,
      slow,
      slowFailures,
      ...this.#evidence.rates(shownMinimum(this.#state, this.#opening, this.#settings)),
      rejected: this.#rejected,
      inFlight: this.#inFlight,
      openings: this.#openings,
      retryAfterMs: this.#state === 'open' ? this.retryAfterMs(now) : undefined,
      probesLeft: this.#trial?.left,
      admission: this.admission(now),
      generation: this.#generation,
    };
  }
}
