import { capacityOf } from '../limits/capacity.ts';
import type { LimitOp } from '../store/limit-op.ts';
import type { RawReply } from './scripts.ts';

/**
 * Names a charge: its moment in microseconds, by which the script finds the window or the entries that it went to, and the
 * limit and capacity of then, by which it knows how soon all of it would have come back from nothing.
 */
export function receiptOf({ rule }: LimitOp, [moment]: RawReply): string {
  return `${moment}:${rule.limit}:${capacityOf(rule)}`;
}

/**
 * What a script wants to know to correct charges: JSON, four values an op.
 * @throws TypeError for a receipt that none of our charges gave.
 */
export function correctionsJson(ops: readonly LimitOp[]): string {
  return JSON.stringify(ops.flatMap((op) => [op.by ?? 0, ...momentLimitCapacity(op)]));
}

function momentLimitCapacity({ name, by = 0, receipt }: LimitOp): readonly number[] {
  if (by === 0) return [0, 1, 1];
  const parts = receipt?.split(':').map(Number);
  if (parts?.length === 3 && parts.every(Number.isFinite)) return parts;
  throw new TypeError(`receipt of limit ${name} is not one of this store`);
}
