import { checkInteger } from '../limits/refuse.ts';
import type { CallOp } from './call-op.ts';
import { Decided } from './decided.ts';
import type { Decision } from './decision.ts';
import type { Judge } from './judge.ts';

/** Gives back or adds to what a decision charged, where it was charged, once. */
export class Corrections {
  readonly #judge: Judge;
  /** The decisions of leases, which are other objects. */
  readonly #leases = new WeakMap<object, Decision>();

  constructor(judge: Judge) {
    this.#judge = judge;
  }

  /** What corrects `lease` corrects the decision that it came from. */
  lend(lease: Decision, decision: Decision): void {
    this.#leases.set(lease, decision);
  }

  /** @throws RangeError when `units` is more than was charged. XcError `XC_RATELIMIT_STORE`. */
  async refund(decision: Decision, units: number | undefined): Promise<boolean> {
    return await this.#once(decision, async (ops) => {
      const most = Math.max(...ops.map(({ cost }) => cost));
      if (units !== undefined) checkInteger('units', units, 0, most);
      return (await this.#apply(ops, ({ cost }) => -Math.min(units ?? most, cost))) > 0;
    });
  }

  /** @throws RangeError. XcError `XC_RATELIMIT_STORE`. */
  async settle(decision: Decision, actualCost: number): Promise<boolean> {
    checkInteger('actualCost', actualCost, 0, Number.MAX_SAFE_INTEGER);
    return await this.#once(decision, async (ops) => {
      // Beside limits whose cost was measured, those that count calls are right as they are.
      const measured = ops.filter((op) => op.measured);
      const concerned = measured.length > 0 ? measured : ops;
      if (concerned.every(({ cost }) => cost === actualCost)) return true;
      return (await this.#apply(concerned, ({ cost }) => actualCost - cost)) > 0;
    });
  }

  async #once(decision: Decision, correct: (ops: readonly CallOp[]) => Promise<boolean>): Promise<boolean> {
    const own = this.#leases.get(decision) ?? decision;
    const claimed = Decided.claim(own) ?? [];
    const charged = claimed.filter(({ keeper, limit }) => keeper !== 'nobody' && !limit.isConcurrency);
    if (charged.length === 0) return false;
    try {
      return await correct(charged);
    } catch (error) {
      // Nothing was corrected: the caller may try again.
      Decided.unclaim(own, claimed);
      throw error;
    }
  }

  /** How many units were given back or added, over all limits. */
  async #apply(ops: readonly CallOp[], byOf: (op: CallOp) => number): Promise<number> {
    let changed = 0;
    for (const op of ops) this.#judge.denials?.forget(op.name, op.key);
    const stored = ops.filter(({ keeper }) => keeper === 'store');
    if (stored.length > 0) {
      const adjustments = stored.map((op) => op.plain({ receipt: op.receipt as string, by: byOf(op) }));
      changed += (await this.#judge.link.ask({ kind: 'adjust', ops: adjustments })).changed ?? 0;
    }
    for (const op of ops) {
      if (op.keeper === 'engine') changed += this.#judge.keeper.adjust(op, byOf(op), op.mark, op.chargedAt);
    }
    return changed;
  }
}
