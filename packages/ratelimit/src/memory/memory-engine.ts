import type { Clock } from '@xc/core';
import type { Escalate } from '../limits/escalate.ts';
import type { LimitRule } from '../limits/limit-rule.ts';
import type { LimitOp } from '../store/limit-op.ts';
import type { LeaseStep, StepLease } from '../store/step.ts';
import { NO_SLOT } from './algorithms/algorithm.ts';
import { Keyspace } from './keyspace.ts';
import { Penalty } from './penalty.ts';
import { Place } from './place.ts';
import type { Verdict } from './verdict.ts';

/** A limit that is asked for one unit a call. */
export interface UnitLimit {
  readonly name: string;
  readonly rule: LimitRule;
  /** Where it is kept in the engine that is asked. */
  readonly place: Place;
}

/**
 * Decides steps in the memory of this process. The verdicts of a step are objects that the next step writes anew: whoever
 * wants to keep one copies it.
 */
export class MemoryEngine {
  /** Parallel to the ops of the last step. */
  readonly verdicts: readonly Verdict[];
  /** Monotonic time of the last decision. */
  decidedAt = 0;
  readonly #places: readonly Place[] = Array.from({ length: 16 }, () => new Place());
  readonly #keys: Keyspace;
  readonly #clock: Clock;

  constructor(maxKeys: number, clock: Clock) {
    this.#clock = clock;
    this.verdicts = this.#places.map(({ verdict }) => verdict);
    this.#keys = new Keyspace(maxKeys, () => clock.now());
  }

  /** Decides all ops and, with `write`, charges all or none. The guard of its speed is the bench 'memory'. */
  decide(ops: readonly LimitOp[], write: boolean, lease: StepLease | undefined): boolean {
    const now = this.#clock.monotonic();
    this.decidedAt = now;
    let allowed = true;
    for (let index = 0; index < ops.length; index++) {
      const op = ops[index] as LimitOp;
      if (!this.#judgeOp(op, op.cost, index) && op.enforce) allowed = false;
    }
    if (!allowed) this.#refuse(ops, now, write);
    else if (write) this.#charge(ops, now, lease);
    return allowed;
  }

  /**
   * Charges each limit a unit if all of them allow it. A no changes nothing and is for `decide` to give, which knows of
   * strikes. Places belong to the caller, one for each limit. The guard of its speed is the bench 'memory'.
   */
  admit(limits: readonly UnitLimit[], keys: readonly string[]): boolean {
    const now = this.#clock.monotonic();
    this.decidedAt = now;
    for (let index = 0; index < limits.length; index++) {
      if (!this.#judgeUnit(limits[index] as UnitLimit, keys[index] as string)) return false;
    }
    const { removals } = this.#keys;
    for (let index = 0; index < limits.length; index++) {
      const { rule, place } = limits[index] as UnitLimit;
      this.#write(place, rule, keys[index] as string, 1, now, undefined, removals);
    }
    return true;
  }

  /** The same for one limit. */
  admitOne({ place, rule, name }: UnitLimit, key: string): boolean {
    const now = this.#clock.monotonic();
    this.decidedAt = now;
    if (place.rule !== rule) this.#find(place, name, rule);
    if (!this.#judge(place, rule, key, 1)) return false;
    if (place.slot === NO_SLOT) this.#begin(place, rule, key, 1, now, undefined);
    else place.table.algorithm.charge(place.slot, rule, 1, now, place.verdict);
    return true;
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
    this.decidedAt = this.#clock.monotonic();
    this.#judgeOp(op, 0, 0);
    return this.verdicts[0] as Verdict;
  }

  #judgeOp({ name, rule, key }: LimitOp, cost: number, index: number): boolean {
    const place = this.#places[index] as Place;
    // The ops of one limiter come in the same order each time: what they are about is most often where it was.
    if (place.rule !== rule || place.name !== name) this.#find(place, name, rule);
    return this.#judge(place, rule, key, cost);
  }

  #judgeUnit({ place, rule, name }: UnitLimit, key: string): boolean {
    if (place.rule !== rule) this.#find(place, name, rule);
    return this.#judge(place, rule, key, 1);
  }

  /** Whether a call may go on, as far as one limit is concerned; the rest is in the verdict. */
  #judge(place: Place, rule: LimitRule, key: string, cost: number): boolean {
    // Read here: a fraction that is handed from function to function is one more object.
    const now = this.decidedAt;
    const slot = this.#keys.use(place.table, key);
    place.slot = slot;
    place.table.algorithm.judge(slot, rule, cost, now, place.verdict);
    if (place.tables.penaltyOf.size > 0) this.#penalize(place, rule, key, now);
    return place.verdict.allowed;
  }

  #penalize({ slot, table, tables, verdict }: Place, rule: LimitRule, key: string, now: number): void {
    const penalty = this.#keys.penalty(tables, key);
    if (penalty === undefined || penalty.until <= now) return;
    // What is blocked is not charged: it stands as it did.
    if (verdict.allowed) table.algorithm.judge(slot, rule, 0, now, verdict);
    verdict.block(Math.ceil(penalty.until - now));
  }

  #find(place: Place, name: string, rule: LimitRule): void {
    if (place.name !== name) place.tables = this.#keys.tables(name);
    if (place.name !== name || !place.table.fits(rule)) place.table = this.#keys.table(place.tables, rule);
    place.name = name;
    place.rule = rule;
  }

  #charge(ops: readonly LimitOp[], now: number, lease: StepLease | undefined): void {
    const { removals } = this.#keys;
    for (let index = 0; index < ops.length; index++) {
      const { rule, key, cost } = ops[index] as LimitOp;
      const place = this.#places[index] as Place;
      if (place.verdict.allowed && cost > 0) this.#write(place, rule, key, cost, now, lease, removals);
    }
  }

  /** Charges what was just judged, when `removals` were as many as said. */
  #write(
    place: Place,
    rule: LimitRule,
    key: string,
    cost: number,
    now: number,
    lease: StepLease | undefined,
    removals: number,
  ): void {
    // To make room for one limit may have taken the room of another.
    if (this.#keys.removals !== removals) place.slot = this.#keys.use(place.table, key);
    if (place.slot === NO_SLOT) this.#begin(place, rule, key, cost, now, lease);
    else place.table.algorithm.charge(place.slot, rule, cost, now, place.verdict, lease);
  }

  /** Charges a key that was not there. */
  #begin(
    { table, verdict }: Place,
    rule: LimitRule,
    key: string,
    cost: number,
    now: number,
    lease: StepLease | undefined,
  ): void {
    const slot = this.#keys.create(table, key, now);
    table.algorithm.charge(slot, rule, cost, now, verdict, lease);
    this.#keys.written(slot, now);
  }

  /** Nobody is charged: those who would have been stand as they did, and the others have a strike. */
  #refuse(ops: readonly LimitOp[], now: number, write: boolean): void {
    for (let index = 0; index < ops.length; index++) {
      const op = ops[index] as LimitOp;
      const verdict = this.verdicts[index] as Verdict;
      if (op.cost === 0) continue;
      if (verdict.allowed) this.#judgeOp(op, 0, index);
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
