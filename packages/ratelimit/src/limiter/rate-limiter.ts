import type { HealthProbe } from '@xc/core';
import type { KeyOptions, LeaseOptions, LimitChange, TakeOptions, WaitOptions } from './call-options.ts';
import type { Decision, Rejected } from './decision.ts';
import type { Lease } from './lease.ts';

/**
 * Decides, for one subject at a time, whether a call may go on.
 *
 * Every method rejects with `XC_RATELIMIT_CLOSED` after `close`, with `XC_RATELIMIT_KEY` when a `key` or `tag` function gave
 * something else than a non-empty string, and with a `TypeError` or `RangeError` for bad input, which charges nothing.
 */
export interface RateLimiter<Name extends string = string, Subject = string> extends AsyncDisposable {
  /**
   * Decides and charges all limits in one step. Never rejects because of a limit or a store.
   * @throws TypeError when a concurrency limit applies: `lease` takes those. The reason of `signal`, at once.
   */
  take(subject: Subject, options?: TakeOptions<Name>): Promise<Decision<Name>>;
  /**
   * The same without a promise.
   * @throws TypeError when the store has no `applySync`, or a limit answers with a promise.
   */
  takeSync(subject: Subject, options?: Omit<TakeOptions<Name>, 'signal'>): Decision<Name>;
  /** What `take` would say. Writes nothing. */
  peek(subject: Subject, options?: TakeOptions<Name>): Promise<Decision<Name>>;
  /**
   * Waits in line until allowed. A rejected decision when it cannot be in time or the line is too long.
   * @throws TypeError when a concurrency limit applies. The reason of `signal`, at once.
   */
  wait(subject: Subject, options?: WaitOptions<Name>): Promise<Decision<Name>>;
  /** Takes all limits, concurrency ones included, and holds the concurrency units until released or `ttlMs` without renewal. */
  lease(subject: Subject, options?: LeaseOptions<Name>): Promise<Lease<Name> | Rejected<Name>>;
  /**
   * Gives back what an allowed decision charged, or `units` of it. True when something was given back; a second call is false.
   * @throws RangeError when `units` is more than was charged. XcError `XC_RATELIMIT_STORE` when the store did not answer.
   */
  refund(decision: Decision<Name>, units?: number): Promise<boolean>;
  /**
   * Corrects the charge once the real cost is known: less is refunded, more is charged even past the limit. Once per decision.
   * @throws XcError `XC_RATELIMIT_STORE` when the store did not answer.
   */
  settle(decision: Decision<Name>, actualCost: number): Promise<boolean>;
  /**
   * Rejects one key of one limit for `blockMs`, whatever its count.
   * @throws XcError `XC_RATELIMIT_STORE` when the store did not answer.
   */
  block(name: Name, key: string, blockMs: number, options?: KeyOptions): Promise<void>;
  /**
   * Forgets count, block and escalation of one key.
   * @throws XcError `XC_RATELIMIT_STORE` when the store did not answer.
   */
  reset(name: Name, key: string, options?: KeyOptions): Promise<void>;
  /**
   * Changes numbers of running limits; all or nothing, validated as at construction.
   * @throws TypeError or RangeError that names the path.
   */
  update(changes: Readonly<Partial<Record<Name, LimitChange>>>): void;
  /** In definition order. */
  readonly names: readonly Name[];
  /** Is called 'ratelimit'; degraded while the store fails. */
  readonly probe: HealthProbe;
  /** Gives back leased tokens; waiters reject with `XC_RATELIMIT_CLOSED`. */
  close(): Promise<void>;
}
