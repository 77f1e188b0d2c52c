import type { Clock } from '@xc/core';
import type { LimitOp } from '../store/limit-op.ts';
import type { LeaseStep, StepLease } from '../store/step.ts';
import { NO_SLOT } from './algorithms/algorithm.ts';
import { Keyspace } from './keyspace.ts';
import { Penalty } from './penalty.ts';
import { Verdict } from './verdict.ts';

/**
 * Decides steps in the memory of this process. The verdicts of a step are objects that the next step writes anew: whoever
 * wants to keep one copies it.
 */
export class MemoryEngine {
  /** Parallel to the ops of the last step. */
  readonly verdicts: readonly Verdict[] = Array.from({ length: 16 }, () => new Verdict());
  /** Monotonic time of the last decision. */
  decidedAt = 0;
  readonly #keys: Keyspace;
  readonly #clock: Clock;
  /** Of each op of the running step. */
  readonly #slots: number[] = [];

  constructor(maxKeys: number, clock: Clock) {
    this.#clock = clock;
    this.#keys = new Keyspace(maxKeys, () => clock.now());
  }

  /** Decides all ops and, with `write`, charges all or none. The guard of its speed is the bench 'memory'. */
  decide(ops: readonly LimitOp[], write: boolean, lease: StepLease | undefined): boolean {
    const now = this.#clock.monotonic();
    this.decidedAt = now;
    let allowed = true;
    for (let index = 0; index < ops.length; index++) {
      const op = ops[index] as LimitOp;
      const verdict = this.#look(op, op.cost, index, now);
      if (op.enforce && !verdict.allowed) allowed = false;
    }
    const { removals } = this.#keys;
    for (let index = 0; index < ops.length; index++) {
      const op = ops[index] as LimitOp;
      const verdict = this.verdicts[index] as Verdict;
      if (op.cost === 0) continue;
      if (!allowed) this.#strike(op, verdict, now, write);
      else if (verdict.allowed) this.#charge(op, index, verdict, now, write, lease, this.#keys.removals !== removals);
    }
    return allowed;
  }

  /** Corrects one charge: adds `by` units, or gives them back when negative; how many it was. */
  adjust(op: LimitOp, by: number, mark: number, extent: number): number {
    const now = this.#clock.monotonic();
    const { algorithm, slotOf } = this.#keys.table(op.name, op.rule);
    let slot = slotOf.get(op.key);
    if (slot === undefined && by < 0) return 0;
    slot ??= this.#keys.create(this.#keys.table(op.name, op.rule), op.key, now);
    const changed =
      by > 0 ? algorithm.add(slot, op.rule, by, now) : algorithm.giveBack(slot, op.rule, -by, now, mark, extent);
    this.#keys.written(slot, now);
    return changed;
  }

  /** Renews or releases what a lease holds; whether it held anything. */
  hold(op: LimitOp, { kind, lease }: LeaseStep): boolean {
    const now = this.#clock.monotonic();
    const { algorithm, slotOf } = this.#keys.table(op.name, op.rule);
    const slot = slotOf.get(op.key);
    if (slot === undefined) return false;
    const held =
      kind === 'renew'
        ? algorithm.renew?.(slot, op.rule, now, lease) === true
        : algorithm.release?.(slot, now, lease) === true;
    this.#keys.written(slot, now);
    return held;
  }

  block(op: LimitOp, blockMs: number): void {
    const now = this.#clock.monotonic();
    this.#keys.punish(op.name, op.key, now, (penalty) => penalty.block(now, blockMs));
  }

  clear(op: LimitOp): void {
    const slot = this.#keys.table(op.name, op.rule).slotOf.get(op.key);
    if (slot !== undefined) this.#keys.remove(slot);
    this.#keys.pardon(op.name, op.key);
  }

  /** How a limit stands for a call of no cost. */
  stand(op: LimitOp): Verdict {
    return this.#look(op, 0, 0, this.#clock.monotonic());
  }

  #look(op: LimitOp, cost: number, index: number, now: number): Verdict {
    const verdict = this.verdicts[index] as Verdict;
    const table = this.#keys.table(op.name, op.rule);
    const slot = this.#keys.use(table, op.key);
    this.#slots[index] = slot;
    table.algorithm.look(slot, op.rule, cost, now, verdict);
    const penalty = this.#keys.penalty(op.name, op.key);
    if (penalty !== undefined && penalty.until > now) verdict.block(Math.ceil(penalty.until - now));
    return verdict;
  }

  #charge(
    op: LimitOp,
    index: number,
    verdict: Verdict,
    now: number,
    write: boolean,
    lease: StepLease | undefined,
    moved: boolean,
  ): void {
    const table = this.#keys.table(op.name, op.rule);
    let slot = moved ? this.#keys.use(table, op.key) : (this.#slots[index] as number);
    const isNew = write && slot === NO_SLOT;
    if (isNew) slot = this.#keys.create(table, op.key, now);
    table.algorithm.charge(slot, op.rule, op.cost, now, verdict, write, lease);
    if (isNew) this.#keys.written(slot, now);
  }

  #strike({ name, key, enforce, escalate }: LimitOp, verdict: Verdict, now: number, write: boolean): void {
    const counts = enforce && !verdict.allowed && !verdict.blocked && verdict.retryAfterMs !== Number.POSITIVE_INFINITY;
    if (escalate === undefined || !counts) return;
    const blockMs = write
      ? this.#keys.punish(name, key, now, (penalty) => penalty.strike(escalate, now))
      : (this.#keys.penalty(name, key) ?? new Penalty()).foresee(escalate, now);
    if (blockMs !== undefined) verdict.block(blockMs);
  }
}
