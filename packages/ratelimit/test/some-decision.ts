import type { Decision, LimitState } from '../src/index.ts';

type Facts = Partial<LimitState> & { readonly name: string };

/** A decision with these limits; one with a `retryAfterMs` has said no. */
export function someDecision(limits: readonly Facts[], facts: Partial<Decision> = {}): Decision {
  const states = limits.map(({ name, ...state }) => [name, stateOf(state)] as const);
  const violated = states.filter(([, { retryAfterMs, shadowed }]) => retryAfterMs > 0 && !shadowed);
  return {
    allowed: violated.length === 0,
    soft: false,
    degraded: false,
    source: 'store',
    retryAfterMs: Math.max(0, ...violated.map(([, { retryAfterMs }]) => retryAfterMs)),
    violated: violated.map(([name]) => name),
    limits: Object.fromEntries(states),
    decidedAt: 1_800_000_000_500,
    ...facts,
  };
}

function stateOf(state: Partial<LimitState>): LimitState {
  const { limit = 10 } = state;
  return {
    limit,
    capacity: limit,
    unit: 'requests',
    remaining: 0,
    resetAfterMs: 0,
    retryAfterMs: 0,
    shadowed: false,
    blocked: false,
    ...state,
  };
}
