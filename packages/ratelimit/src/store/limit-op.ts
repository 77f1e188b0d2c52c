import type { Escalate } from '../limits/escalate.ts';
import type { LimitRule } from '../limits/limit-rule.ts';

/** What one step asks of one limit of one key. */
export interface LimitOp {
  /** Name of the limit: two limits never share state. */
  readonly name: string;
  readonly key: string;
  /** Redis Cluster: keys of one tag live in one slot. */
  readonly tag?: string;
  /** The rule as it is now, its limit a number. */
  readonly rule: LimitRule;
  /** Units, an integer of at least 0; 0 writes nothing. */
  readonly cost: number;
  /** False for a shadow limit, which never stops the others and never escalates. */
  readonly enforce: boolean;
  readonly escalate?: Escalate;
  /** 'adjust' only: what the charge wrote. */
  readonly receipt?: string;
  /** 'adjust' only: units to add (settle), or to give back when negative. */
  readonly by?: number;
}
