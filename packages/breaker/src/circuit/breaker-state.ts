/** What a breaker does with calls. */
export type BreakerState = 'closed' | 'open' | 'half-open' | 'forced-open' | 'disabled' | 'metrics-only';

/** What opened a breaker. */
export type OpenReason =
  | 'failure-rate'
  | 'slow-rate'
  | 'consecutive'
  | 'classified'
  | 'probes-failed'
  | 'max-wait'
  | 'manual'
  | 'fleet';

/** Why the state changed: what opened it, or what ended the opening. */
export type TransitionReason = OpenReason | 'wait-over' | 'probes-passed';
