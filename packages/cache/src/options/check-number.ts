import { describe } from '../keys/check-key.ts';

/** @throws TypeError for what is no number, RangeError for what is not a finite integer of at least `least`. */
export function checkInteger(name: string, value: unknown, least: number): void {
  refuseNonNumber(name, value);
  if (!Number.isInteger(value) || (value as number) < least) {
    throw new RangeError(`${name} must be an integer of at least ${least}, got ${value}`);
  }
}

/** @throws TypeError for what is no number, RangeError for what is not above 0; Infinity is. */
export function checkPositive(name: string, value: unknown): void {
  refuseNonNumber(name, value);
  if (!((value as number) > 0)) throw new RangeError(`${name} must be greater than 0 or Infinity, got ${value}`);
}

/** @throws TypeError for what is no number, RangeError for what is below 0; Infinity is not. */
export function checkNotNegative(name: string, value: unknown): void {
  refuseNonNumber(name, value);
  if (!((value as number) >= 0)) throw new RangeError(`${name} must be at least 0, got ${value}`);
}

/** What a timer can wait for. */
const LONGEST_MS = 2 ** 31 - 1;

/** @throws TypeError for what is no number, RangeError for what is no time that a lease can stand: at least 1 ms, at most 24 days. */
export function checkLeaseMs(value: unknown): void {
  refuseNonNumber('leaseMs', value);
  if ((value as number) >= 1 && (value as number) <= LONGEST_MS) return;
  throw new RangeError(`leaseMs must be at least 1 and at most ${LONGEST_MS}, got ${value}`);
}

/** @throws TypeError for what is no number, RangeError for what is not finite and at least 0. */
export function checkFinite(name: string, value: unknown): void {
  refuseNonNumber(name, value);
  if (!((value as number) >= 0 && Number.isFinite(value))) {
    throw new RangeError(`${name} must be finite and at least 0, got ${value}`);
  }
}

/** @throws TypeError for what is no number, RangeError for what is not from 0 to below (or up to) 1. */
export function checkShare(name: string, value: unknown, including: boolean): void {
  refuseNonNumber(name, value);
  const share = value as number;
  if (share >= 0 && (share < 1 || (including && share === 1))) return;
  throw new RangeError(`${name} must be in [0, 1${including ? ']' : ')'}, got ${share}`);
}

function refuseNonNumber(name: string, value: unknown): void {
  if (typeof value === 'number') return;
  const unit = name.endsWith('Ms') ? 'a number of milliseconds' : 'a number';
  throw new TypeError(`${name} must be ${unit}, got ${describe(value)}`);
}
