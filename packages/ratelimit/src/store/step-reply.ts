/** What a step found, or left, for one op. */
export interface OpState {
  /** True when this op alone would be let through. */
  readonly allowed: boolean;
  /** Whole units left, rounded down, never negative. */
  readonly remaining: number;
  /** Whole milliseconds until everything is available again. */
  readonly resetAfterMs: number;
  /** Whole milliseconds after which the same op is allowed; 0 when it is, `Infinity` when it never will be. */
  readonly retryAfterMs: number;
  /** Of a quota: length of the current period. */
  readonly windowMs?: number;
  readonly blocked: boolean;
  /** What a charge wrote, for 'adjust'; a store reads only its own receipts. */
  readonly receipt?: string;
}

/** The answer to a step. */
export interface StepReply {
  /** False when an enforced op said no: then nothing was charged. */
  readonly allowed: boolean;
  /** Epoch milliseconds by the clock that decided. */
  readonly now: number;
  /** Parallel to the ops of the step. */
  readonly states: readonly OpState[];
  /** Of adjust, renew and release: units given back or charged, leases found. */
  readonly changed?: number;
}
