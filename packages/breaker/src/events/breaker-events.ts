import type { BreakerSnapshot } from '../circuit/breaker-snapshot.ts';
import type { BreakerState, TransitionReason } from '../circuit/breaker-state.ts';
import type { RefusalReason } from '../circuit/circuit-open-error.ts';

/** Nothing to tell beyond the event itself. */
export type NoDetails = Readonly<Record<never, never>>;

/** What a breaker tells its listeners, by the name of the event. */
export interface BreakerEvents {
  /** The state changed. `atMs` is epoch milliseconds, dated to when the change took effect. */
  readonly transition: {
    readonly name: string;
    readonly from: BreakerState;
    readonly to: BreakerState;
    readonly reason: TransitionReason;
    readonly atMs: number;
    /** The breaker right after the change. */
    readonly snapshot: BreakerSnapshot;
  };
  /** A call was refused. */
  readonly rejected: { readonly name: string; readonly reason: RefusalReason };
  /** A call was recorded as a success. */
  readonly success: NoDetails;
  /** A call was recorded as a failure. `error` is undefined when `classify` took a value for one. */
  readonly failure: { readonly error: unknown; readonly durationMs: number };
  /** A call ended without an outcome that counts. */
  readonly ignored: NoDetails;
  /** A call of an earlier generation ended; nothing was recorded. */
  readonly stale: { readonly ok: boolean };
  /** While metrics-only, a rate reached its threshold: once for each kind. */
  readonly 'rate-exceeded': { readonly kind: 'failure' | 'slow'; readonly rate: number };
  /** The breaker was set back to closed and empty. */
  readonly reset: NoDetails;
}

/** Every event name there is, for those who listen to all. */
export const breakerEventNames = [
  'transition',
  'rejected',
  'success',
  'failure',
  'ignored',
  'stale',
  'rate-exceeded',
  'reset',
] as const satisfies readonly (keyof BreakerEvents)[];

/** One item of `Breaker.events()`: an event, or how many were dropped because nobody read them in time. */
export type BreakerEvent =
  | { [E in keyof BreakerEvents]: { readonly type: E } & BreakerEvents[E] }[keyof BreakerEvents]
  | { readonly type: 'dropped'; readonly count: number };
