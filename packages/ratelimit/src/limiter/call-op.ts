import type { Escalate } from '../limits/escalate.ts';
import type { LimitRule } from '../limits/limit-rule.ts';
import type { LimitOp } from '../store/limit-op.ts';
import type { StepReply } from '../store/step-reply.ts';
import type { CompiledLimit } from './compiled-limit.ts';

/**
 * Who keeps a charge: the store, told by a receipt; a memory engine of this process, told by two numbers; or nobody, because
 * nothing was charged.
 */
export type Keeper = 'store' | 'engine' | 'nobody';

/** One limit in one call, and in the end what it charged where. */
export class CallOp implements LimitOp {
  declare readonly limit: CompiledLimit;
  declare readonly name: string;
  declare readonly key: string;
  declare readonly tag: string | undefined;
  declare readonly cost: number;
  declare readonly enforce: boolean;
  declare readonly escalate: Escalate | undefined;
  /** The cost was measured for this call, so that `settle` is about it. */
  declare readonly measured: boolean;
  /** The rule that decides: that of the limit, or a share of it while the store fails. */
  declare rule: LimitRule;
  /** The rule by the number that a limit gave for this call, where it is a function. */
  declare given: LimitRule;
  declare keeper: Keeper;
  declare receipt: string | undefined;
  /** By what the engine finds the charge again. */
  declare mark: number;
  /** The limit at which the engine charged. */
  declare chargedAt: number;

  constructor(
    limit: CompiledLimit,
    key: string,
    tag: string | undefined,
    rule: LimitRule,
    cost: number,
    measured: boolean,
  ) {
    this.limit = limit;
    this.name = limit.name;
    this.key = key;
    this.tag = tag;
    this.cost = cost;
    this.enforce = limit.enforce;
    this.escalate = limit.escalate;
    this.measured = measured;
    this.rule = rule;
    this.given = rule;
    this.keeper = 'nobody';
    this.receipt = undefined;
    this.mark = 0;
    this.chargedAt = 0;
  }

  /** Before one more try: the numbers of the limit may have changed meanwhile. */
  refresh(): void {
    this.rule = this.limit.limitOf === undefined ? this.limit.rule : this.given;
  }

  /** Takes note of what a store has charged for it, if anything. */
  chargedBy({ allowed, states }: StepReply, index: number): void {
    const state = states[index];
    if (!allowed || this.cost === 0 || state?.receipt === undefined) return;
    this.receipt = state.receipt;
    this.keeper = 'store';
  }

  /** Takes note of what an engine has charged for it. */
  chargedIn(mark: number): void {
    this.keeper = 'engine';
    this.mark = mark;
    this.chargedAt = this.rule.limit;
  }

  /** What a store is told: facts of the op and nothing of ours. */
  plain(more?: Partial<LimitOp>): LimitOp {
    const { name, key, tag, rule, cost, enforce, escalate } = this;
    const facts: LimitOp = { name, key, rule, cost, enforce };
    if (tag === undefined && escalate === undefined && more === undefined) return facts;
    return {
      ...facts,
      ...(tag === undefined ? {} : { tag }),
      ...(escalate === undefined ? {} : { escalate }),
      ...more,
    };
  }
}
