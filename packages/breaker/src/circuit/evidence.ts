import type { Announcer } from '../events/announcer.ts';
import { createWindow } from '../window/create-window.ts';
import type { OutcomeCounts, OutcomeWindow } from '../window/outcome-window.ts';
import { failureRateOf, isEnough, slowRateOf, type Tally } from '../window/tally.ts';
import type { BreakerSettings } from './breaker-settings.ts';

type Thresholds = Pick<BreakerSettings, 'minimumCalls' | 'failureRate' | 'slowRate' | 'consecutive'>;

const failureRateBit = 1;
const slowRateBit = 2;

/** What a breaker decides by: the outcomes of its window, or of its probes on trial, and the failures in a row. */
export class Evidence {
  #window: OutcomeWindow;
  // The window, or the trial while half-open and while open because of it.
  #shown: OutcomeCounts;
  #failuresInRow = 0;
  /** The rates that were told of in this generation, a bit each. */
  #told = 0;

  constructor(window: BreakerSettings['window'], now: number) {
    this.#window = createWindow(window, now);
    this.#shown = this.#window;
  }

  get tally(): Tally {
    return this.#shown;
  }

  /** The rates, where there are outcomes enough for any. */
  rates(minimumCalls: number): { readonly failureRate: number | undefined; readonly slowRate: number | undefined } {
    return {
      failureRate: failureRateOf(this.#shown, minimumCalls),
      slowRate: slowRateOf(this.#shown, minimumCalls),
    };
  }

  /** Adds an outcome that finished at `now`. A call that was given up says nothing about the row of failures. */
  record(now: number, outcome: 'success' | 'failure' | 'gave-up', slow: boolean): void {
    if (outcome === 'failure') this.#failuresInRow++;
    else if (outcome === 'success') this.#failuresInRow = 0;
    this.#shown.record(now, outcome === 'failure', slow);
  }

  /** What opens a closed breaker now, if anything. */
  tripReason(thresholds: Thresholds): 'failure-rate' | 'slow-rate' | 'consecutive' | undefined {
    const shown = this.#shown;
    if (shown.failures === 0 && shown.slow === 0) return undefined;
    if (isEnough(shown, thresholds.minimumCalls)) {
      if (shown.failures / shown.calls >= thresholds.failureRate) return 'failure-rate';
      if (shown.slow / shown.calls >= thresholds.slowRate) return 'slow-rate';
    }
    const { consecutive } = thresholds;
    return consecutive !== undefined && this.#failuresInRow >= consecutive ? 'consecutive' : undefined;
  }

  /** What the probes on trial say; `undefined` while they are too few. */
  trialVerdict(thresholds: Thresholds): 'passed' | 'failed' | undefined {
    const { minimumCalls, failureRate, slowRate } = thresholds;
    const shown = this.#shown;
    if (!isEnough(shown, minimumCalls)) return undefined;
    return shown.failures / shown.calls >= failureRate || shown.slow / shown.calls >= slowRate ? 'failed' : 'passed';
  }

  /** Tells of a rate that has reached its threshold, once in a generation for each kind. */
  tellExceeded({ minimumCalls, failureRate, slowRate }: Thresholds, announcer: Announcer): void {
    if (!announcer.hears('rate-exceeded')) return;
    const rates = this.rates(minimumCalls);
    if (!(this.#told & failureRateBit) && (rates.failureRate ?? 0) >= failureRate) {
      this.#told |= failureRateBit;
      announcer.tell('rate-exceeded', { kind: 'failure', rate: rates.failureRate as number });
    }
    if (!(this.#told & slowRateBit) && (rates.slowRate ?? 0) >= slowRate) {
      this.#told |= slowRateBit;
      announcer.tell('rate-exceeded', { kind: 'slow', rate: rates.slowRate as number });
    }
  }

  /** Forgets what is too old at `now`. While a breaker is open nobody calls it, and what tripped it stands still. */
  advance(now: number): void {
    this.#shown.advance(now);
  }

  /** Begins a new generation: of this row nothing counts any more. */
  beginRow(): void {
    this.#failuresInRow = 0;
    this.#told = 0;
  }

  /** Begins anew with an empty window, or with the probes of a trial. */
  clear(trial: OutcomeCounts | undefined): void {
    this.#window.clear();
    this.#shown = trial ?? this.#window;
  }

  /** Puts an empty window of another kind in place. */
  replaceWindow(window: BreakerSettings['window'], now: number, trial: OutcomeCounts | undefined): void {
    this.#window = createWindow(window, now);
    this.#shown = trial ?? this.#window;
  }
}
