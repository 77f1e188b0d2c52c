import type { Random } from '@xc/core';
import type { EarlyRefresh } from '../api/early-refresh.ts';

/** -ln of the smallest number above 0 that a Random gives: beyond that many load times XFetch never refreshes. */
const FARTHEST = 37;

/** Whether something fresh is to be loaded anew now. */
export function isDue(
  early: EarlyRefresh,
  loadMs: number,
  now: number,
  freshUntil: number,
  ttlMs: number,
  random: Random,
): boolean {
  if (early === 'off') return false;
  if (early.kind === 'threshold') return now >= freshUntil - ttlMs * (1 - early.ratio);
  const reach = loadMs * (early.beta ?? 1);
  if (now + reach * FARTHEST < freshUntil) return false;
  return now - reach * Math.log(1 - random.next()) >= freshUntil;
}
