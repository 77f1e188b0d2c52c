import { capacityOf } from '../limits/capacity.ts';
import type { LimitRule } from '../limits/limit-rule.ts';
import type { OpState } from '../store/step-reply.ts';
import type { CallOp } from './call-op.ts';
import type { Decision, DecisionSource } from './decision.ts';
import type { LimitState } from './limit-state.ts';
import { shadowState } from './shadow-state.ts';
import { UnitCharge } from './unit-charge.ts';

/** Violated by most decisions. */
export const NOBODY: readonly string[] = Object.freeze([]);
/** Charged by a decision that said no. */
export const NOTHING: readonly CallOp[] = Object.freeze([]);

/** A decision, and what it charged, which nobody sees. */
export class Decided implements Decision {
  declare readonly allowed: boolean;
  declare readonly soft: boolean;
  declare readonly degraded: boolean;
  declare readonly source: DecisionSource;
  declare readonly retryAfterMs: number;
  declare readonly violated: readonly string[];
  declare readonly limits: Readonly<Record<string, LimitState>>;
  declare readonly decidedAt: number;
  #charged: readonly CallOp[] | UnitCharge;

  constructor(
    allowed: boolean,
    soft: boolean,
    degraded: boolean,
    source: DecisionSource,
    retryAfterMs: number,
    violated: readonly string[],
    limits: Readonly<Record<string, LimitState>>,
    decidedAt: number,
    charged: readonly CallOp[] | UnitCharge,
  ) {
    this.allowed = allowed;
    this.soft = soft;
    this.degraded = degraded;
    this.source = source;
    this.retryAfterMs = retryAfterMs;
    this.violated = violated;
    this.limits = limits;
    this.decidedAt = decidedAt;
    this.#charged = charged;
  }

  /**
   * Puts a decision together from what each limit said.
   * @param states - parallel to `ops`; only read.
   */
  static of(
    allowed: boolean,
    ops: readonly CallOp[],
    states: readonly OpState[],
    source: DecisionSource,
    degraded: boolean,
    decidedAt: number,
  ): Decided {
    let violated: string[] | undefined;
    let retryAfterMs = 0;
    let soft = false;
    for (let index = 0; index < ops.length; index++) {
      const op = ops[index] as CallOp;
      const state = states[index] as OpState;
      if (op.limit.isNear(op.rule, state.remaining)) soft = true;
      if (state.allowed || !op.enforce) continue;
      if (violated === undefined) violated = [op.name];
      else violated.push(op.name);
      if (state.retryAfterMs > retryAfterMs) retryAfterMs = state.retryAfterMs;
    }
    const limits = limitsOf(ops, states);
    const charged = allowed ? ops : NOTHING;
    return new Decided(allowed, soft, degraded, source, retryAfterMs, violated ?? NOBODY, limits, decidedAt, charged);
  }

  /** What a decision charged, for who corrects it first; nothing for who comes later. Give back what was not corrected. */
  static claim(decision: Decision): readonly CallOp[] | undefined {
    if (typeof decision !== 'object' || decision === null || !(#charged in decision)) return undefined;
    const charged = decision.#charged;
    decision.#charged = NOTHING;
    return charged instanceof UnitCharge ? charged.ops() : charged;
  }

  static unclaim(decision: Decision, charged: readonly CallOp[]): void {
    if (#charged in decision) decision.#charged = charged;
  }
}

/** By name. The shapes for few limits are spelt out: to add one name after the other takes twice as long. */
function limitsOf(ops: readonly CallOp[], states: readonly OpState[]): Readonly<Record<string, LimitState>> {
  const state = (index: number) => limitState(ops[index] as CallOp, states[index] as OpState);
  switch (ops.length) {
    case 1:
      return { [nameOf(ops, 0)]: state(0) };
    case 2:
      return { [nameOf(ops, 0)]: state(0), [nameOf(ops, 1)]: state(1) };
    case 3:
      return { [nameOf(ops, 0)]: state(0), [nameOf(ops, 1)]: state(1), [nameOf(ops, 2)]: state(2) };
    default:
      return Object.fromEntries(ops.map(({ name }, index) => [name, state(index)]));
  }
}

function nameOf(ops: readonly CallOp[], index: number): string {
  return (ops[index] as CallOp).name;
}

function limitState(op: CallOp, state: OpState): LimitState {
  const { rule } = op;
  const { unit } = op.limit;
  const { limit } = rule;
  const capacity = capacityOf(rule);
  const shadowed = !state.allowed && !op.enforce;
  const { remaining, resetAfterMs, retryAfterMs, blocked } = state;
  const windowMs = state.windowMs ?? (rule as Windowed).windowMs;
  const facts: LimitState =
    windowMs === undefined
      ? { limit, capacity, unit, remaining, resetAfterMs, retryAfterMs, shadowed, blocked }
      : { limit, capacity, windowMs, unit, remaining, resetAfterMs, retryAfterMs, shadowed, blocked };
  return op.enforce ? facts : shadowState(facts);
}

type Windowed = LimitRule & { readonly windowMs?: number };
