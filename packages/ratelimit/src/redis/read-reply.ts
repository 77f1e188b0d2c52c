import type { LimitOp } from '../store/limit-op.ts';
import type { OpState } from '../store/step-reply.ts';
import type { RawReply } from './scripts.ts';

const YES = 1;
const BLOCKED = 2;
const VALUES = 4;

/** The time of a reply, as epoch milliseconds with a microsecond fraction. */
export function timeOf(raw: RawReply): number {
  return Number(raw[0]) / 1000;
}

/** Whether the script found its time outside the periods of a quota, and did nothing. */
export function isOutside(raw: RawReply): boolean {
  return raw.length === 1;
}

/** Units or leases that a script changed: what comes after the states. */
export function changedOf(raw: RawReply, ops: readonly LimitOp[]): number {
  return Number(raw[1 + VALUES * ops.length]);
}

/** Whether no op said no that says so for all. */
export function isAllowed(raw: RawReply, ops: readonly LimitOp[]): boolean {
  for (let index = 0; index < ops.length; index += 1) {
    if (Number(raw[1 + VALUES * index]) !== YES && ops[index]?.enforce) return false;
  }
  return true;
}

/** How the op at `index` stands, with the receipt of what it was charged. */
export function stateOf(raw: RawReply, index: number, receipt?: string): OpState {
  const at = 1 + VALUES * index;
  const answer = Number(raw[at]);
  const wait = Number(raw[at + 3]);
  const state = {
    allowed: answer === YES,
    remaining: Number(raw[at + 1]),
    resetAfterMs: Number(raw[at + 2]),
    retryAfterMs: wait < 0 ? Number.POSITIVE_INFINITY : wait,
    blocked: answer === BLOCKED,
    receipt,
  };
  return state as OpState;
}
