/** What a name or a declaration does against the naming rules of Prometheus. */
export type LintCode =
  | 'counter-total'
  | 'total-not-counter'
  | 'not-base-unit'
  | 'abbreviated-unit'
  | 'type-in-name'
  | 'camel-case'
  | 'colon'
  | 'help-missing'
  | 'reserved-suffix'
  | 'unit-suffix';

/** One thing that is against the rules. */
export interface LintProblem {
  readonly metric: string;
  readonly code: LintCode;
  readonly message: string;
}
