import type { LimitOp } from './limit-op.ts';

/** Names the holder of concurrency units. */
export interface StepLease {
  /** Unique for each lease. */
  readonly id: string;
  /** Milliseconds until it ends unrenewed; the `ttlMs` of the rule when left out. */
  readonly ttlMs?: number;
}

/** Decides all ops and charges all or none. */
export interface TakeStep {
  readonly kind: 'take';
  readonly ops: readonly LimitOp[];
  /** Given exactly when a concurrency op is to be charged. */
  readonly lease?: StepLease;
}

/** Says what 'take' would, the state after it included, and writes nothing. */
export interface PeekStep {
  readonly kind: 'peek';
  readonly ops: readonly LimitOp[];
}

/** 'adjust' corrects charges by receipt; 'clear' forgets count, block and escalation. */
export interface PlainStep {
  readonly kind: 'adjust' | 'clear';
  readonly ops: readonly LimitOp[];
}

/** Keeps or ends a lease that is still held. */
export interface LeaseStep {
  readonly kind: 'renew' | 'release';
  readonly ops: readonly LimitOp[];
  readonly lease: StepLease;
}

/** Rejects whatever the count says for `blockMs`; a longer running block stays. */
export interface BlockStep {
  readonly kind: 'block';
  readonly ops: readonly LimitOp[];
  readonly blockMs: number;
}

/** One atomic step of a store, over 1 to 16 ops. */
export type Step = TakeStep | PeekStep | PlainStep | LeaseStep | BlockStep;
