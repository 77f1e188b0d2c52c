import type { Clock } from '@xc/core';
import type { Escalate } from '../limits/escalate.ts';
import type { LimitOp } from '../store/limit-op.ts';
import type { LeaseStep, StepLease } from '../store/step.ts';
import { NO_SLOT } from './algorithms/algorithm.ts';
import { Keyspace, type Tables } from './keyspace.ts';
import { Penalty } from './penalty.ts';
import type { Table } from './table.ts';
import { Verdict } from './verdict.ts';

/** Where the state of an op was found. */
class Place {
  name: string | undefined = undefined;
  tables!: Tables;
  table!: Table;
  slot = NO_SLOT;
}

/**
 * Decides steps in the memory of this process. The verdicts of a step are objects that the next step writes anew: whoever
 * wants to keep one copies it.
 */
export class MemoryEngine {
  /** Parallel to the ops of the last step. */
  readonly verdicts: readonly Verdict[] = Array.from({ length: 16 }, () => new Verdict());
  /** Monotonic time of the last decision. */
  decidedAt = 0;
  readonly #places: readonly Place[] = Array.from({ length: 16 }, () => new Place());
  readonly #keys: Keyspace;
  readonly #clock: Clock;

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
      if (!this.#judge(op, op.cost, index, now) && op.enforce) allowed = false;
    }
    if (!allowed) this.#refuse(ops, now, write);
    else if (write) this.#charge(ops, now, lease);
    return allowed;
  }

  /** Corrects one charge, made at `limit`: adds `by` units, or gives them back when negative; how many it was. */
  adjust(op: LimitOp, by: number, mark: number, limit: number): number {
    const now = this.#clock.monotonic();
    const table = this.#keys.table(this.#keys.tables(op.name), op.rule);
    let slot = table.slotOf.get(op.key);
    if (slot === undefined && by <= 0) return 0;
    slot ??= this.#keys.create(table, op.key, now);
    const { algorithm } = table;
    const changed =
      by > 0 ? algorithm.add(slot, op.rule, by, now) : algorithm.giveBack(slot, op.rule, -by, now, mark, limit);
    this.#keys.written(slot, now);
    return changed;
  }

  /** Renews or releases what a lease holds; whether it held anything. */
  hold(op: LimitOp, { kind, lease }: LeaseStep): boolean {
    const now = this.#clock.monotonic();
    const { algorithm, slotOf } = this.#keys.table(this.#keys.tables(op.name), op.rule);
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
    this.#keys.punish(this.#keys.tables(op.name), op.key, now, (penalty) => penalty.block(now, blockMs));
  }

  clear(op: LimitOp): void {
    const tables = this.#keys.tables(op.name);
    const slot = this.#keys.table(tables, op.rule).slotOf.get(op.key);
    if (slot !== undefined) this.#keys.remove(slot);
    this.#keys.pardon(tables, op.key);
  }

  /** How a limit stands for a call of no cost. */
  stand(op: LimitOp): Verdict {
    this.#judge(op, 0, 0, this.#clock.monotonic());
    return this.verdicts[0] as Verdict;
  }

  /** Whether one op may go on, as far as its own limit is concerned; the rest is in its verdict. */
  #judge(op: LimitOp, cost: number, index: number, now: number): boolean {
    const verdict = this.verdicts[index] as Verdict;
    const place = this.#places[index] as Place;
    // The ops of one limiter come in the same order each time: what they are about is most often where it was.
    if (place.name !== op.name || !place.table.fits(op.rule)) this.#find(op, place);
    const { table } = place;
    const slot = this.#keys.use(table, op.key);
    place.slot = slot;
    table.algorithm.judge(slot, op.rule, cost, now, verdict);
    const penalty = this.#keys.penalty(place.tables, op.key);
    if (penalty !== undefined && penalty.until > now) {
      // What is blocked is not charged: it stands as it did.
      if (verdict.allowed) table.algorithm.judge(slot, op.rule, 0, now, verdict);
      verdict.block(Math.ceil(penalty.until - now));
    }
    return verdict.allowed;
  }

  #find({ name, rule }: LimitOp, place: Place): void {
    place.name = name;
    place.tables = this.#keys.tables(name);
    place.table = this.#keys.table(place.tables, rule);
  }

  #charge(ops: readonly LimitOp[], now: number, lease: StepLease | undefined): void {
    const { removals } = this.#keys;
    for (let index = 0; index < ops.length; index++) {
      const op = ops[index] as LimitOp;
      const verdict = this.verdicts[index] as Verdict;
      if (!verdict.allowed || op.cost === 0) continue;
      const place = this.#places[index] as Place;
      // To make room for one op may have taken the room of another.
      if (this.#keys.removals !== removals) place.slot = this.#keys.use(place.table, op.key);
      if (place.slot === NO_SLOT) this.#begin(op, place, verdict, now, lease);
      else place.table.algorithm.charge(place.slot, op.rule, op.cost, now, verdict, lease);
    }
  }

  /** Charges a key that was not there. */
  #begin(op: LimitOp, place: Place, verdict: Verdict, now: number, lease: StepLease | undefined): void {
    const slot = this.#keys.create(place.table, op.key, now);
    place.table.algorithm.charge(slot, op.rule, op.cost, now, verdict, lease);
    this.#keys.written(slot, now);
  }

  /** Nobody is charged: those who would have been stand as they did, and the others have a strike. */
  #refuse(ops: readonly LimitOp[], now: number, write: boolean): void {
    for (let index = 0; index < ops.length; index++) {
      const op = ops[index] as LimitOp;
      const verdict = this.verdicts[index] as Verdict;
      if (op.cost === 0) continue;
      if (verdict.allowed) this.#judge(op, 0, index, now);
      else if (op.escalate !== undefined) this.#strike(op, op.escalate, index, now, write);
    }
  }

  #strike({ key, enforce }: LimitOp, escalate: Escalate, index: number, now: number, write: boolean): void {
    const verdict = this.verdicts[index] as Verdict;
    if (!enforce || verdict.blocked || verdict.retryAfterMs === Number.POSITIVE_INFINITY) return;
    const { tables } = this.#places[index] as Place;
    const blockMs = write
      ? this.#keys.punish(tables, key, now, (penalty) => penalty.strike(escalate, now))
      : (this.#keys.penalty(tables, key) ?? new Penalty()).foresee(escalate, now);
    if (blockMs !== undefined) verdict.block(blockMs);
  }
}
