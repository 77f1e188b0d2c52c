import type { Meter } from '@xc/core';

/** Hears what a rate limiter decides. */
export interface RateLimitInstrument {
  /** Somebody was let through, or was not; `shadow` would not have been; `error` could not be decided. */
  decision(outcome: 'allowed' | 'limited' | 'shadow' | 'error'): void;
}

/** Measures a rate limiter: decisions by their outcome. */
export function instrumentRateLimit(meter: Meter, options: { readonly limiter: string }): RateLimitInstrument {
  const decisions = meter.counter({
    name: 'ratelimit_decisions_total',
    help: 'Decisions by their outcome.',
    labels: ['limiter', 'outcome'],
  });
  return { decision: (outcome) => decisions.at(options.limiter, outcome).inc() };
}
