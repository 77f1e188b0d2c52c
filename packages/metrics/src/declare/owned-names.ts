import type { Declaration } from '../declaration.ts';

/** The names that no other metric may have: those of its samples in both formats. */
export function ownedNames({ name, type }: Pick<Declaration, 'name' | 'type'>): readonly string[] {
  if (type === 'histogram') return [name, ...['bucket', 'sum', 'count', 'created'].map((part) => `${name}_${part}`)];
  // OpenMetrics has `_total` behind every counter, so `jobs` and `jobs_total` would be one there.
  if (type === 'counter' && !name.endsWith('_total')) return [name, `${name}_total`];
  return [name];
}
