import type { BreakerOptions, BreakerState, BreakerUpdate } from '../src/index.ts';

/** The options a model understands: plain numbers only. */
export type ModelOptions = Required<
  Pick<BreakerOptions, 'window' | 'minimumCalls' | 'failureRate' | 'slowRate' | 'slowAfterMs'>
> & {
  readonly consecutive: number | undefined;
  readonly openForMs: number;
  readonly halfOpen: {
    readonly permits: number;
    readonly maxWaitMs: number;
    readonly onMaxWait: 'decide' | 'open' | 'closed';
    readonly rampUp?: { readonly lengthMs: number; readonly from: number };
  };
};

/** A call as the model knows it. */
export interface ModelCall {
  readonly generation: number;
}

interface Recorded {
  readonly at: number;
  readonly failed: boolean;
  readonly slow: boolean;
}

/**
 * A breaker written for the eye: every outcome is kept with its time, every count is counted anew, and the random draw
 * of a ramp is always one half.
 */
export class NaiveBreaker {
  options: ModelOptions;
  state: BreakerState = 'closed';
  generation = 0;
  inFlight = 0;
  rejected = 0;
  openings = 0;
  #recorded: Recorded[] = [];
  #probes: Recorded[] = [];
  #frozen: { readonly outcomes: readonly Recorded[]; readonly minimum: number } | undefined;
  #row = 0;
  #openUntil = 0;
  #trial = { beganAt: 0, permits: 0, taken: 0, maxWaitMs: 0 };
  #rampBeganAt: number | undefined;

  constructor(options: ModelOptions) {
    this.options = options;
  }

  acquire(now: number): ModelCall | undefined {
    this.look(now);
    if (this.#admits(now)) {
      this.inFlight++;
      return { generation: this.generation };
    }
    this.rejected++;
    return undefined;
  }

  report(call: ModelCall, now: number, kind: 'success' | 'failure' | 'ignore', durationMs: number): void {
    this.look(now);
    this.inFlight--;
    if (call.generation !== this.generation || this.state === 'disabled') return;
    if (kind === 'ignore') {
      if (this.state === 'half-open') this.#trial.taken--;
      return;
    }
    const failed = kind === 'failure';
    this.#row = failed ? this.#row + 1 : 0;
    const outcome = { at: now, failed, slow: durationMs > this.options.slowAfterMs };
    if (this.state === 'half-open') {
      this.#probes.push(outcome);
      if (this.#probes.length < this.#minimum()) return;
      if (this.#exceeds(this.#probes)) this.#open(now);
      else this.#close(now);
      return;
    }
    this.#recorded.push(outcome);
    if (this.state !== 'closed') return;
    const { consecutive } = this.options;
    const live = this.#live(now);
    const tripped = live.length >= this.#minimum() && this.#exceeds(live);
    if (tripped || (consecutive !== undefined && this.#row >= consecutive)) this.#open(now);
  }

  goTo(to: BreakerState, now: number): boolean {
    this.look(now);
    const from = this.state;
    if (to === 'open' && from === 'metrics-only') return false;
    if (to === 'half-open' && (from === 'closed' || from === 'metrics-only')) return false;
    if (to === 'open' && from === 'open') this.#openUntil = now + this.options.openForMs;
    else if (to === from) return true;
    else if (to === 'open') this.#open(now);
    else if (to === 'half-open') this.#halfOpen(now);
    else if (to === 'closed') this.#close(now);
    else {
      this.#change(to);
      if (to !== 'forced-open') this.openings = 0;
    }
    return true;
  }

  reset(now: number): void {
    this.look(now);
    this.#change('closed');
    this.openings = 0;
  }

  update(update: BreakerUpdate, now: number): void {
    this.look(now);
    const before = this.options;
    this.options = { ...before, ...update, halfOpen: { ...before.halfOpen, ...update.halfOpen } } as ModelOptions;
    if (update.window === undefined || JSON.stringify(update.window) === JSON.stringify(before.window)) return;
    this.generation++;
    this.#row = 0;
    this.#recorded = [];
    this.#probes = [];
    this.#trial.taken = 0;
    if (this.#frozen) this.#frozen = { outcomes: [], minimum: Number.POSITIVE_INFINITY };
  }

  look(now: number): void {
    if (this.state !== 'half-open') return;
    const endsAt = this.#trial.beganAt + this.#trial.maxWaitMs;
    if (now < endsAt) return;
    const { onMaxWait } = this.options.halfOpen;
    const passed =
      onMaxWait === 'decide' ? this.#probes.length > 0 && !this.#exceeds(this.#probes) : onMaxWait === 'closed';
    if (passed) this.#close(endsAt);
    else this.#open(endsAt);
  }

  facts(now: number) {
    this.look(now);
    const shown = this.#frozen?.outcomes ?? (this.state === 'half-open' ? this.#probes : this.#live(now));
    const failures = shown.filter((one) => one.failed).length;
    const slow = shown.filter((one) => one.slow).length;
    const enough = shown.length > 0 && shown.length >= (this.#frozen?.minimum ?? this.#minimum());
    return {
      state: this.state,
      calls: shown.length,
      failures,
      slow,
      slowFailures: shown.filter((one) => one.slow && one.failed).length,
      failureRate: enough ? failures / shown.length : undefined,
      slowRate: enough ? slow / shown.length : undefined,
      rejected: this.rejected,
      inFlight: this.inFlight,
      openings: this.openings,
      retryAfterMs: this.state === 'open' ? Math.max(0, this.#openUntil - now) : undefined,
      probesLeft: this.state === 'half-open' ? this.#trial.permits - this.#trial.taken : undefined,
      generation: this.generation,
    };
  }

  #admits(now: number): boolean {
    if (this.state === 'forced-open') return false;
    if (this.state === 'closed') return this.#rampAdmission(now) > 0.5;
    if (this.state === 'open') {
      if (now < this.#openUntil) return false;
      this.#halfOpen(now);
    }
    if (this.state !== 'half-open') return true;
    if (this.#trial.taken === this.#trial.permits) return false;
    this.#trial.taken++;
    return true;
  }

  #rampAdmission(now: number): number {
    const { rampUp } = this.options.halfOpen;
    if (!rampUp || this.#rampBeganAt === undefined || now - this.#rampBeganAt >= rampUp.lengthMs) return 1;
    return rampUp.from + ((1 - rampUp.from) * (now - this.#rampBeganAt)) / rampUp.lengthMs;
  }

  #live(now: number): Recorded[] {
    const { window } = this.options;
    if (window.type === 'count') return this.#recorded.slice(-window.size);
    const { lengthMs, buckets = 10 } = window;
    const bucketOf = (at: number) => Math.floor((at * buckets) / lengthMs);
    return this.#recorded.filter((one) => bucketOf(now) - bucketOf(one.at) < buckets);
  }

  #minimum(): number {
    const { minimumCalls, window } = this.options;
    if (this.state === 'half-open') return Math.min(minimumCalls, this.#trial.permits);
    return window.type === 'count' ? Math.min(minimumCalls, window.size) : minimumCalls;
  }

  #exceeds(outcomes: readonly Recorded[]): boolean {
    const share = (of: readonly Recorded[]) => of.length / outcomes.length;
    return (
      share(outcomes.filter((one) => one.failed)) >= this.options.failureRate ||
      share(outcomes.filter((one) => one.slow)) >= this.options.slowRate
    );
  }

  #open(at: number): void {
    const outcomes = this.state === 'half-open' ? this.#probes : this.#live(at);
    const frozen = { outcomes, minimum: this.#minimum() };
    const openings = this.openings + 1;
    this.#change('open');
    this.#frozen = frozen;
    this.openings = openings;
    this.#openUntil = at + this.options.openForMs;
  }

  #halfOpen(at: number): void {
    const { permits, maxWaitMs } = this.options.halfOpen;
    this.#change('half-open');
    this.#trial = { beganAt: at, permits, maxWaitMs, taken: 0 };
  }

  #close(at: number): void {
    const ramps = this.state === 'half-open' && this.options.halfOpen.rampUp !== undefined;
    this.#change('closed');
    this.openings = 0;
    if (ramps) this.#rampBeganAt = at;
  }

  #change(to: BreakerState): void {
    this.state = to;
    this.generation++;
    this.rejected = 0;
    this.#row = 0;
    this.#recorded = [];
    this.#probes = [];
    this.#frozen = undefined;
    this.#rampBeganAt = undefined;
  }
}
