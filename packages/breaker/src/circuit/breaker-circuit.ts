import type { Clock } from '@xc/core';
import type { Announcer, Watcher } from '../events/announcer.ts';
import type { CircuitSource } from '../run/breaker-layer.ts';
import type { BreakerSettings } from './breaker-settings.ts';
import type { BreakerState, OpenReason } from './breaker-state.ts';
import type { Circuit } from './circuit.ts';
import type { CircuitOpenError } from './circuit-open-error.ts';
import { classified } from './classified.ts';
import type { StateMachine } from './state-machine.ts';
import { abandonmentVerdict, type Judgement, type Outcome, rejectionVerdict } from './verdict.ts';

/** How a breaker stands, for the fleet that it belongs to. */
export interface Standing {
  readonly state: BreakerState;
  /** What opened it, while open or half-open. */
  readonly reason: OpenReason | undefined;
  /** Milliseconds that are left of the wait, or of the half-open period. */
  readonly leftMs: number;
  readonly halfOpen: BreakerSettings['halfOpen'];
}

/**
 * Admits calls to a state machine and judges how they ended.
 *
 * An admitted call that succeeds costs a clock reading, a few comparisons and a write to the window, and allocates
 * nothing; `bench/closed.bench.ts` guards it. Methods are private as in `StateMachine`.
 */
export class BreakerCircuit implements Circuit, CircuitSource {
  readonly #machine: StateMachine;
  readonly #announcer: Announcer;
  #called = false;

  constructor(machine: StateMachine, announcer: Announcer) {
    this.#machine = machine;
    this.#announcer = announcer;
  }

  get name(): string {
    return this.#announcer.name;
  }

  get clock(): Clock {
    return this.#machine.clock;
  }

  /** Only calls of this generation count. */
  get generation(): number {
    return this.#machine.generation;
  }

  circuitFor(): Circuit {
    return this;
  }

  monotonic(): number {
    return this.clock.monotonic();
  }

  admit(): number {
    this.#called = true;
    return this.#machine.admit();
  }

  refusal(): CircuitOpenError {
    return this.#machine.refusal();
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
    this.judged(generation, now, now - startedAt, reason, abandonmentVerdict(reason));
  }

  /** As `fulfilled`, for a call that somebody else has measured. */
  succeeded(generation: number, now: number, durationMs: number, value: unknown): void {
    const machine = this.#machine;
    if (machine.takesReport(generation, now, true)) {
      if (machine.settings.classify === undefined) this.count('success', now, durationMs, undefined);
      else this.judge(generation, now, { ok: true, value, durationMs }, 'success');
    }
    this.#announcer.flush();
  }

  /** As `rejected`, for a call that somebody else has measured. */
  failed(generation: number, now: number, durationMs: number, error: unknown): void {
    this.judged(generation, now, durationMs, error, rejectionVerdict(error));
  }

  /** The call is as if it had not been made. */
  ignored(generation: number): void {
    if (this.#machine.takesReport(generation, this.clock.monotonic(), false)) this.ignore();
    this.#announcer.flush();
  }

  /** Whether calls have come since this was last asked. */
  takeCalled(): boolean {
    const called = this.#called;
    this.#called = false;
    return called;
  }

  /** Lets `moved` hear of every change of state, cheaper than a listener for the calls between. One at a time. */
  watch(moved: Watcher | undefined): void {
    this.#announcer.watcher = moved;
  }

  /** How it stands after a look at the clock, for the fleet. */
  standing(): Standing {
    const state = this.#machine.state();
    const { opening, settings } = this.#machine;
    const { retryAfterMs } = this.#machine.refusal();
    return { state, reason: opening?.reason, leftMs: retryAfterMs, halfOpen: settings.halfOpen };
  }

  /** Opens because enough of the fleet has. A breaker that is open already, or does not decide by outcomes, stays. */
  openWithFleet(forMs: number): boolean {
    const now = this.#machine.observe();
    const state = this.#machine.state();
    if (state !== 'closed' && state !== 'half-open') return false;
    this.#machine.open('fleet', now, forMs);
    this.#announcer.flush();
    return true;
  }

  /** Closes because the fleet has recovered, if it was the fleet that opened it. */
  closeWithFleet(): boolean {
    const now = this.#machine.observe();
    if (this.#machine.opening?.reason !== 'fleet') return false;
    this.#machine.settle('closed', 'fleet', now);
    this.#announcer.flush();
    return true;
  }

  private judged(generation: number, now: number, durationMs: number, error: unknown, otherwise: Judgement): void {
    if (this.#machine.takesReport(generation, now, false)) {
      if (this.#machine.settings.classify === undefined) this.count(otherwise, now, durationMs, error);
      else this.judge(generation, now, { ok: false, error, durationMs }, otherwise);
    }
    this.#announcer.flush();
  }

  private judge(generation: number, now: number, outcome: Outcome, otherwise: Judgement): void {
    const judgement = classified(this.#machine.settings.classify, outcome, this.#announcer) ?? otherwise;
    // Whoever classifies may have changed the state meanwhile.
    if (generation !== this.#machine.generation) this.#announcer.stale(outcome.ok);
    else this.count(judgement, now, outcome.durationMs, outcome.ok ? undefined : outcome.error);
  }

  private count(judgement: Judgement, now: number, durationMs: number, error: unknown): void {
    const slow = durationMs > this.#machine.settings.slowAfterMs;
    if (judgement === 'success' || (judgement === 'gave-up' && slow)) {
      this.#announcer.success();
      this.#machine.record(now, judgement, slow);
    } else if (judgement === 'ignore' || judgement === 'gave-up') {
      this.ignore();
    } else {
      this.#announcer.failure(error, durationMs);
      this.#machine.record(now, 'failure', slow, judgement === 'failure' ? undefined : judgement.openForMs);
    }
  }

  private ignore(): void {
    this.#machine.giveBack();
    this.#announcer.ignored();
  }
}
