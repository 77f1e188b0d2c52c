import type { LimitState } from './limit-state.ts';

/**
 * Who decided: the store, what a node remembered of a refusal, tokens taken ahead, or, while the store fails, the rule that
 * the limit declares for that. 'none': no limit applied.
 */
export type DecisionSource = 'store' | 'deny-cache' | 'token-lease' | 'local' | 'open' | 'closed' | 'none';

/** The answer to one call: a value, whichever way it went. A rejected call has consumed nothing, from no limit. */
export interface Decision<Name extends string = string> {
  readonly allowed: boolean;
  /** A limit has reached its `softAt`. */
  readonly soft: boolean;
  /** The store did not answer, and a limit's `onStoreError` did. */
  readonly degraded: boolean;
  readonly source: DecisionSource;
  /** Milliseconds; 0 when allowed, `Infinity` when waiting cannot help. */
  readonly retryAfterMs: number;
  /** Enforced limits that said no, in definition order. */
  readonly violated: readonly Name[];
  /** Every limit that applied, in definition order. */
  readonly limits: Readonly<Partial<Record<Name, LimitState>>>;
  /** Epoch milliseconds by the clock that decided: Redis `TIME` with a microsecond fraction, else `clock.now()`. */
  readonly decidedAt: number;
}

/** A decision that said no. */
export type Rejected<Name extends string = string> = Decision<Name> & { readonly allowed: false };
