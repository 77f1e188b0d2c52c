import type { Clock } from '@xc/core';
import type { LimitRule } from '../../limits/limit-rule.ts';
import type { LimitOp } from '../../store/limit-op.ts';
import type { LimitStore } from '../../store/limit-store.ts';
import type { PeekStep, Step, TakeStep } from '../../store/step.ts';
import type { OpState, StepReply } from '../../store/step-reply.ts';
import type { LimitModel, Moment } from './limit-model.ts';
import { counter, limitModel } from './model-of.ts';
import { type PenaltyModel, penaltyModel } from './penalty-model.ts';

/**
 * A whole store made of the reference models, to hold another store against: slow, simple, exact to the microsecond, and
 * without any bound on what it keeps. It decides at the time that `clock` shows, so a test can feed it the times at which
 * the other store decided.
 *
 * @example
 * ```ts
 * const model = modelStore({ now: () => decidedAt, monotonic: () => decidedAt });
 * assert.deepEqual(model.applySync(step).states, reply.states);
 * ```
 */
export function modelStore(
  clock: Pick<Clock, 'now' | 'monotonic'>,
): LimitStore & Required<Pick<LimitStore, 'applySync'>> {
  const limits = new Map<string, LimitModel>();
  const penalties = new Map<string, PenaltyModel>();

  const serial = counter();
  const limitOf = (op: LimitOp) => existing(limits, limitId(op), () => limitModel(op.rule, serial));
  const penaltyOf = (op: LimitOp) => existing(penalties, keyId(op), penaltyModel);

  function look(op: LimitOp, at: Moment, cost: number): OpState {
    const verdict = limitOf(op).look(op.rule, at, cost);
    const blockMs = penaltyOf(op).left(at.monotonic);
    return blockMs > 0 ? blockedFor(blockMs, { ...verdict, blocked: true }) : { ...verdict, blocked: false };
  }

  /** What a refused op says, with the block that this refusal brings. */
  function strike(op: LimitOp, state: OpState, at: Moment, write: boolean): OpState {
    const counts = op.enforce && op.cost > 0 && !state.allowed && !state.blocked && Number.isFinite(state.retryAfterMs);
    if (op.escalate === undefined || !counts) return state;
    const blockMs = penaltyOf(op).strike(op.escalate, at.monotonic, write);
    return blockMs === undefined ? state : blockedFor(blockMs, state);
  }

  function charge(op: LimitOp, state: OpState, at: Moment, step: TakeStep | PeekStep): OpState {
    const limit = limitOf(op);
    const undo = limit.save();
    const lease = step.kind === 'take' ? step.lease : { id: 'only asked' };
    const receipt = limit.charge(op.rule, at, op.cost, lease);
    const { remaining, resetAfterMs } = limit.look(op.rule, at, 0);
    if (step.kind === 'take') return { ...state, remaining, resetAfterMs, receipt };
    undo();
    return { ...state, remaining, resetAfterMs };
  }

  function take(step: TakeStep | PeekStep, at: Moment): StepReply {
    const before = step.ops.map((op) => look(op, at, op.cost));
    const allowed = step.ops.every((op, index) => !op.enforce || before[index]?.allowed);
    const states = step.ops.map((op, index): OpState => {
      const state = before[index] as OpState;
      if (!allowed) return strike(op, state, at, step.kind === 'take');
      return state.allowed && op.cost > 0 ? charge(op, state, at, step) : state;
    });
    return { allowed, now: at.now, states };
  }

  function applySync(step: Step): StepReply {
    const at = { monotonic: clock.monotonic(), now: clock.now() };
    if (step.kind === 'take' || step.kind === 'peek') return take(step, at);
    let changed = 0;
    for (const op of step.ops) {
      const limit = limitOf(op);
      if (step.kind === 'adjust') changed += limit.adjust(op.rule, at, op.receipt ?? '', op.by ?? 0);
      else if (step.kind === 'block') penaltyOf(op).block(at.monotonic, step.blockMs);
      else if (step.kind === 'renew') changed += Number(limit.renew?.(op.rule, at, step.lease) ?? false);
      else if (step.kind === 'release') changed += Number(limit.release?.(op.rule, at, step.lease) ?? false);
      else {
        limits.delete(limitId(op));
        penalties.delete(keyId(op));
      }
    }
    return { allowed: true, now: at.now, states: step.ops.map((op) => look(op, at, 0)), changed };
  }

  return { name: 'model', remote: false, apply: async (step) => applySync(step), applySync };
}

function blockedFor(blockMs: number, state: OpState): OpState {
  return {
    ...state,
    allowed: false,
    blocked: true,
    remaining: 0,
    resetAfterMs: Math.max(blockMs, state.resetAfterMs),
    retryAfterMs: Math.max(blockMs, state.retryAfterMs),
  };
}

function limitId({ name, key, rule }: LimitOp): string {
  const window = windowOf(rule);
  return JSON.stringify([name, key, rule.algorithm ?? 'gcra', window]);
}

function windowOf(rule: LimitRule): unknown {
  if (rule.algorithm === 'quota') return [rule.per, rule.timeZone, rule.anchorDay];
  if (rule.algorithm === 'concurrency') return undefined;
  return rule.windowMs;
}

function keyId({ name, key }: LimitOp): string {
  return JSON.stringify([name, key]);
}

function existing<Value>(values: Map<string, Value>, id: string, make: () => Value): Value {
  const value = values.get(id) ?? make();
  values.set(id, value);
  return value;
}
