import { type Clock, type Random, XcError } from '@xc/core';
import type { Announcer } from '../events/announcer.ts';
import { createWindow, type OutcomeWindow } from '../window/outcome-window.ts';
import { failureRateOf, isEnough, slowRateOf } from '../window/tally.ts';
import type { BreakerDump } from './breaker-dump.ts';
import type { BreakerUpdate } from './breaker-options.ts';
import { type BreakerSettings, updatedSettings } from './breaker-settings.ts';
import type { BreakerSnapshot } from './breaker-snapshot.ts';
import type { BreakerState, OpenReason, TransitionReason } from './breaker-state.ts';
import type { Circuit } from './circuit.ts';
import { CircuitOpenError, type RefusalReason } from './circuit-open-error.ts';
import type { FleetLink } from './fleet-link.ts';
import { HalfOpenTrial } from './half-open-trial.ts';
import { openWaitMs } from './open-wait.ts';
import { abandonmentVerdict, classified, type Judgement, type Outcome, rejectionVerdict } from './verdict.ts';

const refused = -1;

/** Why the breaker is open and until when; kept while it is half-open too. */
interface Opening {
  readonly reason: OpenReason;
  readonly waitMs: number;
  /** Monotonic milliseconds at which a probe may go through. */
  readonly until: number;
}

/** What a state machine is made of. */
export interface StateMachineParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly announcer: Announcer;
  readonly settings: BreakerSettings;
  readonly initialState: BreakerState;
  /** Called when no call is in flight any more, and when it closes. */
  readonly released?: (() => void) | undefined;
}

/**
 * The states of a breaker and what moves it between them. Owns no timer: the end of a wait is noticed by whoever looks
 * next, and dated to when it came.
 *
 * An admitted call that succeeds costs a clock reading, a few comparisons and a write to the window, and allocates
 * nothing; `bench/closed.bench.ts` guards it.
 */
export class StateMachine implements Circuit {
  readonly clock: Clock;
  readonly #random: Random;
  readonly #announcer: Announcer;
  readonly #released: (() => void) | undefined;
  #settings: BreakerSettings;
  #window: OutcomeWindow;
  #trial: HalfOpenTrial | undefined;
  // What the rates are made of: the window, or the trial while half-open and while open because of it.
  #tally: OutcomeWindow | HalfOpenTrial;
  #state: BreakerState;
  #opening: Opening | undefined;
  #rampUpSince: number | undefined;
  #generation = 0;
  #inFlight = 0;
  #rejected = 0;
  #failuresInRow = 0;
  #openings = 0;
  #refusedFor: RefusalReason = 'manual';
  #failureRateTold = false;
  #slowRateTold = false;
  #fleet: FleetLink | undefined;

  constructor(parts: StateMachineParts) {
    this.clock = parts.clock;
    this.#random = parts.random;
    this.#announcer = parts.announcer;
    this.#released = parts.released;
    this.#settings = parts.settings;
    this.#window = createWindow(parts.settings.window, parts.clock.monotonic());
    this.#tally = this.#window;
    this.#state = parts.initialState;
    this.#announcer.metrics.joined(this.#state);
  }

  get name(): string {
    return this.#announcer.name;
  }

  get state(): BreakerState {
    this.#observe();
    return this.#state;
  }

  /** True when forgetting this breaker would forget nothing that matters. */
  get isIdle(): boolean {
    return this.#inFlight === 0 && this.state === 'closed';
  }

  monotonic(): number {
    return this.clock.monotonic();
  }

  admit(): number {
    if (this.#state !== 'closed' || this.#rampUpSince !== undefined) return this.#admitUnlessRefused();
    this.#inFlight++;
    return this.#generation;
  }

  refusal(): CircuitOpenError {
    return new CircuitOpenError(this.name, this.#state, this.#refusedFor, this.#retryAfterMs(this.monotonic()));
  }

  fulfilled(generation: number, startedAt: number, value: unknown): void {
    const now = this.clock.monotonic();
    this.succeeded(generation, now, now - startedAt, value);
  }

  rejected(generation: number, startedAt: number, error: unknown): void {
    const now = this.clock.monotonic();
    this.failed(generation, now, now - startedAt, error);
  }

  abandoned(generation: number, startedAt: number, reason: unknown): void {
    const now = this.clock.monotonic();
    if (this.#arrives(generation, now, false)) {
      this.#judgeError(generation, now, now - startedAt, reason, abandonmentVerdict(reason));
    }
    this.#announcer.flush();
  }

  /** As `fulfilled`, for a call that was measured by somebody else. */
  succeeded(generation: number, now: number, durationMs: number, value: unknown): void {
    if (this.#arrives(generation, now, true)) {
      const { classify } = this.#settings;
      if (classify === undefined) this.#count('success', now, durationMs, undefined);
      else this.#judge(generation, now, { ok: true, value, durationMs }, 'success');
    }
    this.#announcer.flush();
  }

  /** As `rejected`, for a call that was measured by somebody else. */
  failed(generation: number, now: number, durationMs: number, error: unknown): void {
    if (this.#arrives(generation, now, false)) {
      this.#judgeError(generation, now, durationMs, error, rejectionVerdict(error));
    }
    this.#announcer.flush();
  }

  /** The call is as if it had not been made. */
  ignored(generation: number): void {
    if (this.#arrives(generation, this.clock.monotonic(), false)) this.#ignore();
    this.#announcer.flush();
  }

  snapshot(): BreakerSnapshot {
    const now = this.#observe();
    if (this.#tally === this.#window && this.#state !== 'open') this.#window.advance(now);
    return this.#snapshotAt(now);
  }

  dump(): BreakerDump {
    const now = this.#observe();
    const base = { version: 1, name: this.name, state: this.#state, openings: this.#openings } as const;
    if (this.#opening === undefined) return base;
    const { reason, until, waitMs } = this.#opening;
    return { ...base, reason, openUntil: this.clock.now() + until - now, waitMs };
  }

  /** Goes on where the dumped breaker stopped. Only for a machine that has not worked yet. */
  restore(dump: BreakerDump): void {
    const wasOpen = dump.state === 'open' || dump.state === 'half-open';
    const initial = this.#state;
    this.#state = wasOpen ? 'open' : dump.state;
    this.#openings = dump.openings;
    if (wasOpen) this.#opening = this.#openingOf(dump);
    this.#announcer.metrics.left(initial);
    this.#announcer.metrics.joined(this.#state);
  }

  open(forMs?: number): void {
    const now = this.#observe();
    if (this.#state === 'metrics-only') throw this.#illegal('open');
    if (this.#state !== 'open') this.#open('manual', now, forMs);
    else this.#extend(now, forMs ?? this.#waitMs('manual', this.#openings));
    this.#announcer.flush();
  }

  halfOpen(): void {
    const now = this.#observe();
    if (this.#state === 'closed' || this.#state === 'metrics-only') throw this.#illegal('half-open');
    if (this.#state !== 'half-open') this.#beginTrial('manual', now, this.#settings.permits);
    this.#announcer.flush();
  }

  /** Goes to a state that every state may be changed to by hand. */
  goTo(state: 'closed' | 'forced-open' | 'disabled' | 'metrics-only'): void {
    const now = this.#observe();
    if (this.#state !== state) this.#leaveFor(state, 'manual', now);
    this.#announcer.flush();
  }

  reset(): void {
    const now = this.#observe();
    if (this.#state !== 'closed') this.#enter('closed', 'manual', now);
    else this.#beginGeneration();
    this.#rampUpSince = undefined;
    this.#window.clear();
    this.#announcer.reset();
    this.#announcer.flush();
  }

  /** Opens because enough of the fleet has; a breaker that is open already, or does not decide by outcomes, stays. */
  openWithFleet(forMs: number): boolean {
    const now = this.#observe();
    const opens = this.#state === 'closed' || this.#state === 'half-open';
    if (opens) this.#open('fleet', now, forMs);
    this.#announcer.flush();
    return opens;
  }

  /** Closes because the fleet has recovered, if it was the fleet that opened it. */
  closeWithFleet(): boolean {
    const now = this.#observe();
    const closes = this.#opening?.reason === 'fleet';
    if (closes) this.#leaveFor('closed', 'fleet', now);
    this.#announcer.flush();
    return closes;
  }

  update(update: BreakerUpdate): void {
    const before = this.#settings;
    const settings = updatedSettings(before, update);
    const now = this.#observe();
    this.#settings = settings;
    if (!sameWindow(before.window, settings.window)) this.#replaceWindow(now);
  }

  link(fleet: FleetLink): () => void {
    if (this.#fleet !== undefined) throw new TypeError(`breaker ${this.name} is linked to a fleet already`);
    this.#fleet = fleet;
    return () => {
      if (this.#fleet === fleet) this.#fleet = undefined;
    };
  }

  /** A look from outside: what it finds is told at once. */
  #observe(): number {
    const now = this.#look();
    this.#announcer.flush();
    return now;
  }

  #admitUnlessRefused(): number {
    const reason = this.#reasonToRefuse(this.#look());
    let admission = refused;
    if (reason === undefined) {
      this.#inFlight++;
      admission = this.#generation;
    } else {
      this.#refusedFor = reason;
      this.#rejected++;
      this.#announcer.rejected(reason);
    }
    this.#announcer.flush();
    return admission;
  }

  #reasonToRefuse(now: number): RefusalReason | undefined {
    switch (this.#state) {
      case 'closed':
        return this.#rampUpSince === undefined || this.#random.next() < this.#admission(now) ? undefined : 'ramp-up';
      case 'open': {
        const { until, reason } = this.#opening as Opening;
        const probes = now >= until ? this.#leasedProbes() : 0;
        if (probes === 0) return reason;
        this.#beginTrial('wait-over', now, probes);
        return this.#takeProbe();
      }
      case 'half-open':
        return this.#takeProbe();
      case 'forced-open':
        return 'manual';
      default:
        return undefined;
    }
  }

  #takeProbe(): 'probes-used' | undefined {
    return this.#trial?.take() ? undefined : 'probes-used';
  }

  #leasedProbes(): number {
    const wanted = this.#settings.permits;
    if (this.#fleet === undefined) return wanted;
    try {
      return Math.max(0, Math.min(wanted, Math.floor(this.#fleet.takeProbes(wanted))));
    } catch (error) {
      this.#announcer.complain('takeProbes threw: probing as if alone', error);
      return wanted;
    }
  }

  /** Ends a half-open period whose time has run out, dated to its end. Gives the present, monotonic. */
  #look(now = this.clock.monotonic()): number {
    const trial = this.#trial;
    if (trial === undefined || now < trial.endsAt) return now;
    // Taken away first: whoever is asked for the wait may look at the breaker.
    this.#trial = undefined;
    if (this.#closesAfter(trial)) this.#leaveFor('closed', 'max-wait', trial.endsAt);
    else this.#open('max-wait', trial.endsAt);
    return now;
  }

  #closesAfter(trial: HalfOpenTrial): boolean {
    const { onMaxWait, failureRate, slowRate } = this.#settings;
    if (onMaxWait !== 'decide') return onMaxWait === 'closed';
    const { calls, failures, slow } = trial;
    return calls > 0 && failures / calls < failureRate && slow / calls < slowRate;
  }

  /** Takes note that a call ended. False when its outcome is none of this generation's business. */
  #arrives(generation: number, now: number, ok: boolean): boolean {
    this.#inFlight--;
    if (this.#inFlight === 0 && this.#released !== undefined) this.#released();
    if (this.#trial !== undefined) this.#look(now);
    if (generation === this.#generation) return this.#state !== 'disabled';
    this.#announcer.stale(ok);
    return false;
  }

  #judgeError(generation: number, now: number, durationMs: number, error: unknown, otherwise: Judgement): void {
    if (this.#settings.classify === undefined) this.#count(otherwise, now, durationMs, error);
    else this.#judge(generation, now, { ok: false, error, durationMs }, otherwise);
  }

  #judge(generation: number, now: number, outcome: Outcome, otherwise: Judgement): void {
    const judgement = classified(this.#settings.classify, outcome, this.#announcer) ?? otherwise;
    // Whoever classifies may have changed the state meanwhile.
    if (generation !== this.#generation) this.#announcer.stale(outcome.ok);
    else this.#count(judgement, now, outcome.durationMs, outcome.ok ? undefined : outcome.error);
  }

  #count(judgement: Judgement, now: number, durationMs: number, error: unknown): void {
    const slow = durationMs > this.#settings.slowAfterMs;
    if (judgement === 'ignore' || (judgement === 'gave-up' && !slow)) {
      this.#ignore();
      return;
    }
    const failed = judgement !== 'success' && judgement !== 'gave-up';
    if (failed) {
      this.#failuresInRow++;
      this.#announcer.failure(error, durationMs);
    } else {
      if (judgement === 'success') this.#failuresInRow = 0;
      this.#announcer.success();
    }
    if (this.#trial === undefined) this.#window.record(now, failed, slow);
    else this.#trial.record(failed, slow);
    if (typeof judgement === 'object' && this.#state !== 'metrics-only') {
      this.#open('classified', now, judgement.openForMs);
    } else {
      this.#decide(now);
    }
  }

  #ignore(): void {
    this.#trial?.giveBack();
    this.#announcer.ignored();
  }

  #decide(now: number): void {
    const exceeded = this.#exceeded();
    if (this.#state === 'closed') {
      if (exceeded !== undefined) this.#open(exceeded, now);
      else if (this.#failuresInRow >= this.#settings.consecutive) this.#open('consecutive', now);
    } else if (this.#state === 'metrics-only') {
      if (exceeded !== undefined) this.#tellExceeded();
    } else if (isEnough(this.#tally, this.#settings.minimumCalls)) {
      if (exceeded !== undefined) this.#open('probes-failed', now);
      else this.#leaveFor('closed', 'probes-passed', now);
    }
  }

  #exceeded(): 'failure-rate' | 'slow-rate' | undefined {
    const { minimumCalls, failureRate, slowRate } = this.#settings;
    const tally = this.#tally;
    if (!isEnough(tally, minimumCalls)) return undefined;
    if (tally.failures / tally.calls >= failureRate) return 'failure-rate';
    return tally.slow / tally.calls >= slowRate ? 'slow-rate' : undefined;
  }

  #tellExceeded(): void {
    const { failureRate, slowRate } = this.#settings;
    const failures = this.#tally.failures / this.#tally.calls;
    const slow = this.#tally.slow / this.#tally.calls;
    if (failures >= failureRate && !this.#failureRateTold) {
      this.#failureRateTold = true;
      this.#announcer.tell('rate-exceeded', { kind: 'failure', rate: failures });
    }
    if (slow >= slowRate && !this.#slowRateTold) {
      this.#slowRateTold = true;
      this.#announcer.tell('rate-exceeded', { kind: 'slow', rate: slow });
    }
  }

  #open(reason: OpenReason, at: number, forMs?: number): void {
    if (this.#tally === this.#window) this.#window.advance(at);
    const attempt = this.#openings + 1;
    const waitMs = forMs ?? this.#waitMs(reason, attempt);
    this.#openings = attempt;
    this.#opening = { reason, waitMs, until: at + waitMs };
    this.#trial = undefined;
    this.#enter('open', reason, at);
  }

  #extend(now: number, waitMs: number): void {
    this.#opening = { reason: this.#opening?.reason ?? 'manual', waitMs, until: now + waitMs };
  }

  #waitMs(reason: OpenReason, attempt: number): number {
    const { openForMs, minimumCalls } = this.#settings;
    if (typeof openForMs === 'number') return openForMs;
    const failureRate = failureRateOf(this.#tally, minimumCalls);
    const slowRate = slowRateOf(this.#tally, minimumCalls);
    return openWaitMs(openForMs, { attempt, reason, failureRate, slowRate }, this.#random, this.#announcer);
  }

  #openingOf(dump: BreakerDump): Opening {
    const { reason = 'manual', openUntil = 0 } = dump;
    const now = this.clock.monotonic();
    const left = Math.max(0, openUntil - this.clock.now());
    const waitMs = dump.waitMs ?? this.#waitMs(reason, dump.openings);
    // More than the whole wait is what a wrong clock gives.
    const wait = left > waitMs ? this.#waitMs(reason, dump.openings) : left;
    return { reason, waitMs: Math.max(wait, waitMs), until: now + wait };
  }

  #beginTrial(reason: TransitionReason, now: number, permits: number): void {
    this.#trial = new HalfOpenTrial(permits, now + this.#settings.maxWaitMs);
    this.#enter('half-open', reason, now);
  }

  #leaveFor(to: 'closed' | 'forced-open' | 'disabled' | 'metrics-only', reason: TransitionReason, at: number): void {
    const rampsUp = to === 'closed' && this.#state === 'half-open' && this.#settings.rampUpMs > 0;
    this.#trial = undefined;
    this.#opening = undefined;
    if (to !== 'forced-open') this.#openings = 0;
    this.#enter(to, reason, at, rampsUp ? at : undefined);
  }

  #enter(to: BreakerState, reason: TransitionReason, at: number, rampUpSince?: number): void {
    const from = this.#state;
    this.#state = to;
    this.#rampUpSince = rampUpSince;
    this.#beginGeneration();
    if (to !== 'open') {
      this.#window.clear();
      this.#tally = this.#trial ?? this.#window;
    }
    if (to === 'closed' && this.#released !== undefined) this.#released();
    this.#announcer.metrics.moved(from, to, reason);
    if (!this.#announcer.hears('transition')) return;
    const atMs = this.clock.now() - (this.clock.monotonic() - at);
    this.#announcer.tell('transition', { name: this.name, from, to, reason, atMs, snapshot: this.#snapshotAt(at) });
  }

  #beginGeneration(): void {
    this.#generation++;
    this.#rejected = 0;
    this.#failuresInRow = 0;
    this.#failureRateTold = false;
    this.#slowRateTold = false;
  }

  #replaceWindow(now: number): void {
    const shown = this.#tally === this.#window || this.#state === 'open';
    this.#window = createWindow(this.#settings.window, now);
    if (this.#trial !== undefined) {
      // Calls of the old generation give no permit back, so the new one begins with all of them.
      this.#trial = new HalfOpenTrial(this.#trial.capacity, this.#trial.endsAt);
      this.#tally = this.#trial;
    } else if (shown) {
      this.#tally = this.#window;
    }
    const rejected = this.#rejected;
    this.#beginGeneration();
    this.#rejected = rejected;
  }

  #snapshotAt(now: number): BreakerSnapshot {
    const { calls, failures, slow, slowFailures } = this.#tally;
    const { minimumCalls } = this.#settings;
    return {
      name: this.name,
      state: this.#state,
      calls,
      failures,
      slow,
      slowFailures,
      failureRate: failureRateOf(this.#tally, minimumCalls),
      slowRate: slowRateOf(this.#tally, minimumCalls),
      rejected: this.#rejected,
      inFlight: this.#inFlight,
      openings: this.#openings,
      retryAfterMs: this.#state === 'open' ? this.#retryAfterMs(now) : undefined,
      probesLeft: this.#state === 'half-open' ? (this.#trial?.left ?? 0) : undefined,
      admission: this.#admission(now),
      generation: this.#generation,
    };
  }

  #retryAfterMs(now: number): number {
    switch (this.#state) {
      case 'open':
        return Math.max(0, (this.#opening as Opening).until - now);
      case 'half-open':
        return Math.max(0, (this.#trial?.endsAt ?? now) - now);
      case 'forced-open':
        return Number.POSITIVE_INFINITY;
      default:
        return 0;
    }
  }

  #admission(now: number): number {
    if (this.#state === 'open' || this.#state === 'forced-open') return 0;
    if (this.#rampUpSince === undefined) return 1;
    const { rampUpMs, rampUpFrom } = this.#settings;
    const passed = now - this.#rampUpSince;
    if (passed < rampUpMs) return rampUpFrom + ((1 - rampUpFrom) * passed) / rampUpMs;
    this.#rampUpSince = undefined;
    return 1;
  }

  #illegal(to: BreakerState): XcError<'XC_BREAKER_TRANSITION'> {
    const from = this.#state;
    return new XcError('XC_BREAKER_TRANSITION', `breaker ${this.name} cannot go from ${from} to ${to}`, {
      details: { from, to },
    });
  }
}

function sameWindow(one: BreakerSettings['window'], other: BreakerSettings['window']): boolean {
  if (one.type === 'count') return other.type === 'count' && one.size === other.size;
  return other.type === 'time' && one.lengthMs === other.lengthMs && one.buckets === other.buckets;
}
