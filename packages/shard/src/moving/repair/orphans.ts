import type { Place, RowChange } from '../data-adapter.ts';
import type { SettledRebalancerOptions } from '../job/settled-rebalancer-options.ts';

/** Rows of a partition on a shard that does not own it, held against its owner. */
export interface Orphans {
  /** The owner has a row of that key as well. */
  readonly known: number;
  /** The owner has none: deleted since, or never brought there. Nobody can tell. */
  readonly lacking: number;
}

/**
 * Goes through all rows at a place that does not own them.
 * @param found - Told of each batch, with the keys that the owner has.
 */
export async function orphansAt(
  { adapter, batchRows }: SettledRebalancerOptions,
  at: Place,
  owner: string,
  signal: AbortSignal,
  found?: (keys: readonly string[]) => Promise<void>,
): Promise<Orphans> {
  let [known, lacking] = [0, 0];
  for (let after: string | undefined; ; ) {
    const { rows, next } = await adapter.scan(at, after, batchRows, signal);
    const keys = rows.map(({ key }) => key);
    const owned = keys.length === 0 ? [] : await adapter.read({ ...at, shard: owner }, keys, signal);
    const has = new Set(owned.flatMap(({ key, value }) => (value === undefined ? [] : [key])));
    const both = keys.filter((key) => has.has(key));
    known += both.length;
    lacking += keys.length - both.length;
    if (both.length > 0) await found?.(both);
    if (next === undefined) return { known, lacking };
    after = next;
  }
}

/** Says that keys are to go. */
export function removals(keys: readonly string[]): readonly RowChange[] {
  return keys.map((key) => ({ key, row: undefined }));
}
