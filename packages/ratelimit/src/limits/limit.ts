import type { Escalate } from './escalate.ts';
import type { LimitRule } from './limit-rule.ts';
import type { LimitUnit } from './limit-unit.ts';
import type { TokenLease } from './token-lease.ts';

/** A number that may depend on the subject; `undefined` means that the limit does not apply to it. */
export type DynamicNumber<Subject> =
  | number
  | ((subject: Subject) => number | undefined | PromiseLike<number | undefined>);

/** A rule whose `limit` may be a function of the subject, called once a decision. */
export type Dynamic<Rule, Subject> = Rule extends LimitRule
  ? Omit<Rule, 'limit'> & { readonly limit: DynamicNumber<Subject> }
  : never;

/** What every limit may say, whatever its algorithm. */
export interface LimitSettings<Subject> {
  /**
   * Whom it counts. `undefined`: does not apply to this subject.
   * @defaultValue the subject itself, which must then be a string
   */
  readonly key?: (subject: Subject) => string | undefined;
  /**
   * Units that one call takes; `cost` of the call wins.
   * @defaultValue 1
   */
  readonly cost?: (subject: Subject) => number;
  /**
   * 'shadow' decides and charges, refuses nobody, and says what it would have done.
   * @defaultValue 'enforce'
   */
  readonly mode?: 'enforce' | 'shadow';
  /**
   * What answers while the store fails: everybody in, nobody in, or a memory store of this node.
   * @defaultValue 'local'
   */
  readonly onStoreError?: 'open' | 'closed' | 'local';
  /**
   * Part of the limit, above 0 and up to 1, that one node grants alone while the store fails.
   * @defaultValue 1
   */
  readonly localShare?: number;
  /**
   * For headers.
   * @defaultValue 'requests'; 'concurrent-requests' for `concurrency`
   */
  readonly unit?: LimitUnit;
  /**
   * `soft` is true from this share of use on, 0 to 1.
   * @defaultValue off
   */
  readonly softAt?: number;
  /** @defaultValue off */
  readonly escalate?: Escalate;
  /**
   * For hot keys on a remote store.
   * @defaultValue off
   */
  readonly tokenLease?: TokenLease;
}

/** One named limit: a rule, whom it counts, and what happens around its decisions. */
export type Limit<Subject = string> = Dynamic<LimitRule, Subject> & LimitSettings<Subject>;
