import type { LimitRule } from '../limits/limit-rule.ts';
import { CallOp } from './call-op.ts';
import type { CompiledLimit } from './compiled-limit.ts';

/** One unit that a call was charged by an engine, in a chain with those of the other limits: all there is to know to correct it. */
export class UnitCharge {
  declare readonly limit: CompiledLimit;
  declare readonly rule: LimitRule;
  declare readonly key: string;
  declare readonly mark: number;
  declare readonly next: UnitCharge | undefined;

  constructor(limit: CompiledLimit, rule: LimitRule, key: string, mark: number, next: UnitCharge | undefined) {
    this.limit = limit;
    this.rule = rule;
    this.key = key;
    this.mark = mark;
    this.next = next;
  }

  /** The ops of the whole chain, in order, as they would have been. */
  ops(): CallOp[] {
    const op = new CallOp(this.limit, this.key, undefined, this.rule, 1, false);
    op.chargedIn(this.mark);
    return [op, ...(this.next?.ops() ?? [])];
  }
}
