import { XcError } from '@xc/core';
import { capacityOf } from '../limits/capacity.ts';
import type { Escalate } from '../limits/escalate.ts';
import type { Limit } from '../limits/limit.ts';
import { checkBurst, checkMode, checkSoftAt, checkUnits } from '../limits/limit-checks.ts';
import type { LimitRule } from '../limits/limit-rule.ts';
import type { LimitUnit } from '../limits/limit-unit.ts';
import { checkInteger, checkOneOf, refuse, shown } from '../limits/refuse.ts';
import type { TokenLease } from '../limits/token-lease.ts';
import { Place } from '../memory/place.ts';
import type { LimitChange } from './call-options.ts';
import type { DecisionSource } from './decision.ts';
import type { LimitCells, LimiterMetrics } from './limiter-metrics.ts';

/** A function of a subject that nobody has typed any further. */
type OfSubject = (subject: unknown) => unknown;

/** A limit with its defaults filled in, and the numbers that may change while it runs. */
export class CompiledLimit {
  readonly name: string;
  /** `undefined`: the subject is the key. */
  readonly keyOf: OfSubject | undefined;
  readonly costOf: OfSubject | undefined;
  readonly onStoreError: 'open' | 'closed' | 'local';
  readonly localShare: number;
  readonly unit: LimitUnit;
  readonly escalate: Escalate | undefined;
  readonly tokenLease: Required<TokenLease> | undefined;
  readonly cells: LimitCells;
  enforce: boolean;
  softAt: number;
  /** `undefined`: the limit is a number. */
  limitOf: OfSubject | undefined;
  /** The rule as it is now; of a limit that is a function, with the number that it gave last. */
  rule: LimitRule;
  /** Of that rule. */
  capacity: number;
  /** Of that limit, in the engine of its limiter. */
  readonly place = new Place();

  constructor(name: string, limit: Limit<never>, metrics: LimiterMetrics, sources: readonly DecisionSource[]) {
    const { key, cost, mode, onStoreError = 'local', localShare = 1, unit, softAt, escalate, tokenLease } = limit;
    this.name = name;
    this.keyOf = key as OfSubject | undefined;
    this.costOf = cost as OfSubject | undefined;
    this.enforce = mode !== 'shadow';
    this.onStoreError = onStoreError;
    this.localShare = localShare;
    this.softAt = softAt ?? Number.POSITIVE_INFINITY;
    this.unit = unit ?? (limit.algorithm === 'concurrency' ? 'concurrent-requests' : 'requests');
    this.escalate = escalate && { factor: 2, maxBlockMs: 86_400_000, forgetMs: 86_400_000, ...escalate };
    this.tokenLease = tokenLease && { holdMs: 200, ...tokenLease };
    this.limitOf = typeof limit.limit === 'function' ? (limit.limit as OfSubject) : undefined;
    this.rule = ruleOf(limit);
    this.capacity = capacityOf(this.rule);
    this.cells = metrics.limit(name, [
      ...sources,
      ...(this.tokenLease === undefined ? [] : (['token-lease'] as const)),
      onStoreError,
    ]);
  }

  get isConcurrency(): boolean {
    return this.rule.algorithm === 'concurrency';
  }

  /**
   * The key of a subject, `undefined` when the limit does not apply to it.
   * @throws XcError `XC_RATELIMIT_KEY`
   */
  key(subject: unknown): string | undefined {
    const key = this.keyOf === undefined ? subject : this.keyOf(subject);
    if (typeof key === 'string' && key !== '') return key;
    if (key === undefined && this.keyOf !== undefined) return undefined;
    throw keyError(this.name, 'key', key);
  }

  /**
   * The rule with another number of units; the same object as long as the number is the same.
   * @throws RangeError
   */
  ruleFor(limit: unknown): LimitRule {
    if (limit !== this.rule.limit) {
      checkUnits(`limits.${this.name}.limit`, limit);
      this.#follow({ ...this.rule, limit: limit as number });
    }
    return this.rule;
  }

  /** The rule that one node grants alone while the store fails. */
  localRule(rule: LimitRule): LimitRule {
    if (this.localShare === 1 || rule.limit === 0) return rule;
    const share = (units: number) => Math.max(1, Math.floor(units * this.localShare));
    const burst = (rule as { readonly burst?: number }).burst;
    return { ...rule, limit: share(rule.limit), ...(burst === undefined ? {} : { burst: share(burst) }) };
  }

  /** @throws TypeError or RangeError */
  check(change: LimitChange): void {
    const path = `limits.${this.name}`;
    if (typeof change !== 'object' || change === null) refuse(path, 'an object of changes', change);
    for (const name of Object.keys(change)) {
      checkOneOf(`${path}: a change`, name, ['limit', 'burst', 'mode', 'softAt']);
    }
    if (change.limit !== undefined) checkUnits(`${path}.limit`, change.limit);
    checkBurst(`${path}.burst`, this.rule.algorithm ?? 'gcra', change.burst);
    checkMode(`${path}.mode`, change.mode);
    checkSoftAt(`${path}.softAt`, change.softAt);
  }

  /** Applies what `check` let through. */
  change({ limit, burst, mode, softAt }: LimitChange): void {
    if (limit !== undefined) {
      this.limitOf = undefined;
      this.#follow({ ...this.rule, limit });
    }
    if (burst !== undefined) this.#follow({ ...this.rule, burst } as LimitRule);
    if (mode !== undefined) this.enforce = mode === 'enforce';
    if (softAt !== undefined) this.softAt = softAt;
  }

  #follow(rule: LimitRule): void {
    this.rule = rule;
    this.capacity = capacityOf(rule);
  }

  /** Whether so few units left are worth a warning. */
  isNear(rule: LimitRule, remaining: number): boolean {
    if (this.softAt > 1) return false;
    const capacity = capacityOf(rule);
    return 1 - (capacity === 0 ? 0 : remaining / capacity) >= this.softAt;
  }
}

/** @throws RangeError */
export function checkCost(path: string, cost: unknown): number {
  checkInteger(path, cost, 0, Number.MAX_SAFE_INTEGER);
  return cost as number;
}

/** A `key` or `tag` function gave something that cannot be one; what it gave stays out of the error. */
export function keyError(limit: string | undefined, what: 'key' | 'tag', value: unknown): XcError<'XC_RATELIMIT_KEY'> {
  const type = value === '' ? 'empty string' : typeof value;
  const path = limit === undefined ? what : `limits.${limit}.${what}`;
  return new XcError('XC_RATELIMIT_KEY', `${path} must give a non-empty string, got ${shown(type)}`, {
    details: { ...(limit === undefined ? {} : { limit }), type },
  });
}

const RULE_FIELDS = ['algorithm', 'windowMs', 'burst', 'refill', 'aligned', 'per', 'timeZone', 'anchorDay', 'ttlMs'];

function ruleOf(limit: Limit<never>): LimitRule {
  const given = Object.entries(limit).filter(([name, value]) => value !== undefined && RULE_FIELDS.includes(name));
  return { ...Object.fromEntries(given), limit: typeof limit.limit === 'function' ? 0 : limit.limit } as LimitRule;
}
