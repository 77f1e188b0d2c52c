import type { Clock } from '@xc/core';
import type { Call } from './call.ts';

/** What every call made further inside inherits. Never changes: an attempt keeps the one it was made in. */
export interface Scope {
  /** 1 for the first try. */
  readonly attempt: number;
  /** 0 for the primary, 1 for the first hedge. */
  readonly hedge: number;
  /** Monotonic milliseconds: the least of all deadlines and timeouts outside. */
  readonly deadline: number | undefined;
  /** One of ours outside ends the call at `deadline`, so that nobody further inside needs a timer for it. */
  readonly bounded: boolean;
}

/**
 * One pass of one run through one policy.
 *
 * A pass reports to `outer` once, with `fulfilled` or `rejected`, unless it was cancelled before; a cancelled pass
 * reports nothing. Both may happen before `Stage.enter` has returned. As it begins a pass sets `outer.inner`, as it
 * reports it takes itself off again, before anything else: a cancel reaches only those who have not reported.
 *
 * Passes are made for every call, so their fields are plain ones: private ones cost every call a few nanoseconds each
 * (`bench/fused.bench.ts`). No user ever holds a pass. And each class keeps one `resident` that never runs: V8 drops a
 * shape that no object has at a full collection, and with it all code compiled for it; the next calls would be slow.
 */
export interface Frame {
  readonly outer: Frame | undefined;
  /** The pass under way one step further in. */
  inner: Frame | undefined;
  fulfilled(value: unknown): void;
  rejected(error: unknown): void;
  /** Nobody outside waits any more: undo, and cancel what goes on further in. */
  cancel(reason: unknown): void;
  /** A task further in goes on although it was cancelled (+1), or has ended at last (-1). */
  lingers?(by: 1 | -1): void;
}

/** One policy at its place in a program: knows what comes next further in. */
export interface Stage {
  /** A policy from here inward may end a run before its task has ended. */
  readonly interrupts: boolean;
  /** Calls the task, or somebody else's policy: no policy of ours stands between. */
  readonly leaves?: true;
  enter(outer: Frame, scope: Scope, call: Call): void;
}

/** Which kind of policy a layer is; a pipeline warns by it. */
export type LayerKind =
  | 'breaker'
  | 'retry'
  | 'timeout'
  | 'fallback'
  | 'hedge'
  | 'bulkhead'
  | 'throttle'
  | 'chaos'
  | 'span';

/** What a policy of ours is made of: written once, it serves alone, nested and fused. */
export interface Layer {
  readonly kind: LayerKind;
  readonly clock: Clock;
  /** Hedges only: a budget bounds how many there are. */
  readonly budgeted?: boolean;
  /** Places this policy in front of `next`. */
  before(next: Stage): Stage;
}
