import { type CounterCell, type GaugeCell, type Meter, noopMeter } from '@xc/core';
import type { BreakerState, TransitionReason } from './breaker-state.ts';

/** The metrics of one label value, bound once: of one breaker, or of all breakers of a registry. */
export interface BreakerMetrics {
  readonly success: CounterCell;
  readonly failure: CounterCell;
  readonly ignored: CounterCell;
  readonly rejected: CounterCell;
  readonly stale: CounterCell;
  transition(from: BreakerState, to: BreakerState, reason: TransitionReason): void;
  /** One breaker fewer is in the state `from`, one more in `to`. */
  state(from: BreakerState | undefined, to: BreakerState | undefined): void;
}

/** Binds the metrics of the label value `breaker`. */
export function breakerMetrics(meter: Meter, breaker: string): BreakerMetrics {
  return meter === noopMeter ? silent : boundMetrics(meter, breaker);
}

const gaugeValues: Readonly<Record<BreakerState, number>> = {
  closed: 0,
  'half-open': 1,
  open: 2,
  'forced-open': 3,
  disabled: 4,
  'metrics-only': 5,
};

// Of several breakers behind one label the gauge shows the one an operator would look at first.
const bySeverity: readonly BreakerState[] = ['forced-open', 'open', 'half-open', 'closed', 'metrics-only', 'disabled'];

const silentCell: CounterCell = { inc() {} };
const silent: BreakerMetrics = Object.freeze({
  success: silentCell,
  failure: silentCell,
  ignored: silentCell,
  rejected: silentCell,
  stale: silentCell,
  transition() {},
  state() {},
});

function boundMetrics(meter: Meter, breaker: string): BreakerMetrics {
  const calls = meter.counter({
    name: 'xc_breaker_calls_total',
    help: 'Calls by what they counted as.',
    labels: ['breaker', 'outcome'],
  });
  const transitions = meter.counter({
    name: 'xc_breaker_transitions_total',
    help: 'Changes of state.',
    labels: ['breaker', 'from', 'to', 'reason'],
  });
  const gauge = meter
    .gauge({
      name: 'xc_breaker_state',
      help: '0 closed, 1 half-open, 2 open, 3 forced-open, 4 disabled, 5 metrics-only.',
      labels: ['breaker'],
    })
    .at(breaker);
  const state = new StateGauge(gauge);
  return {
    success: calls.at(breaker, 'success'),
    failure: calls.at(breaker, 'failure'),
    ignored: calls.at(breaker, 'ignored'),
    rejected: calls.at(breaker, 'rejected'),
    stale: calls.at(breaker, 'stale'),
    transition: (from, to, reason) => transitions.at(breaker, from, to, reason).inc(),
    state: (from, to) => state.change(from, to),
  };
}

class StateGauge {
  readonly #gauge: GaugeCell;
  readonly #breakers = new Map<BreakerState, number>();

  constructor(gauge: GaugeCell) {
    this.#gauge = gauge;
  }

  change(from: BreakerState | undefined, to: BreakerState | undefined): void {
    if (from) this.#breakers.set(from, (this.#breakers.get(from) ?? 0) - 1);
    if (to) this.#breakers.set(to, (this.#breakers.get(to) ?? 0) + 1);
    const worst = bySeverity.find((state) => (this.#breakers.get(state) ?? 0) > 0);
    this.#gauge.set(gaugeValues[worst ?? 'closed']);
  }
}
