import type { Meter } from '@xc/core';

/** The states of a circuit breaker. */
export type BreakerState = 'closed' | 'open' | 'half-open' | 'forced';

/** Hears what a circuit breaker does. */
export interface BreakerInstrument {
  /** It is now in this state. */
  state(state: BreakerState): void;
  /** A call is over, or was not let through. */
  call(outcome: 'success' | 'failure' | 'rejected' | 'timeout'): void;
}

const states: readonly BreakerState[] = ['closed', 'open', 'half-open', 'forced'];

/** Measures a circuit breaker: one gauge a state, of which exactly one is 1, and transitions and calls as they happen. */
export function instrumentBreaker(meter: Meter, options: { readonly breaker: string }): BreakerInstrument {
  const { breaker } = options;
  const gauge = meter.gauge({
    name: 'breaker_state',
    help: 'The state of a circuit breaker: 1 for the one that it is in.',
    labels: ['breaker', 'state'],
  });
  const transitions = meter.counter({
    name: 'breaker_transitions_total',
    help: 'Changes of state, by the new one.',
    labels: ['breaker', 'to'],
  });
  const calls = meter.counter({
    name: 'breaker_calls_total',
    help: 'Calls by how they ended.',
    labels: ['breaker', 'outcome'],
  });
  let current: BreakerState = 'closed';
  const show = () => {
    for (const state of states) gauge.at(breaker, state).set(state === current ? 1 : 0);
  };
  show();
  return {
    state(state) {
      if (state === current || !states.includes(state)) return;
      current = state;
      show();
      transitions.at(breaker, state).inc();
    },
    call: (outcome) => calls.at(breaker, outcome).inc(),
  };
}
