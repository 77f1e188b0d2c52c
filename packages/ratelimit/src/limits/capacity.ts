import type { LimitRule } from './limit-rule.ts';

/** Most units that a rule lets through at once: `burst` of gcra and bucket, else `limit`. */
export function capacityOf(rule: LimitRule): number {
  if (rule.algorithm === undefined || rule.algorithm === 'gcra' || rule.algorithm === 'bucket') {
    return rule.burst ?? rule.limit;
  }
  return rule.limit;
}
