import { isDeepStrictEqual } from 'node:util';
import type { DataAdapter, Place, Row, RowChange } from '../data-adapter.ts';
import type { SettledRebalancerOptions } from '../job/settled-rebalancer-options.ts';

/** Rows of a partition on a shard that does not own it, held against its owner: how many of each. */
export interface Orphans {
  /** The owner has them as they are here, or newer by their versions. */
  readonly known: number;
  /** The owner has another row of that key, and nothing tells that it is the newer one. */
  readonly different: number;
  /** The owner has none: deleted since, or never brought there. Nobody can tell. */
  readonly lacking: number;
}

/**
 * Goes through all rows at a place that does not own them.
 * @param found - Told of each batch, with the keys of rows that are not lost when they go from here.
 */
export async function orphansAt(
  { adapter, batchRows }: SettledRebalancerOptions,
  at: Place,
  owner: string,
  signal: AbortSignal,
  found?: (keys: readonly string[]) => Promise<void>,
): Promise<Orphans> {
  const atOwner = { ...at, shard: owner };
  let [known, different, lacking] = [0, 0, 0];
  for (let after: string | undefined; ; ) {
    const { rows, next } = await adapter.scan(at, after, batchRows, signal);
    const keys = rows.map(({ key }) => key);
    const here = adapter.hashes === undefined ? valuesOf(rows) : await contents(adapter, at, keys, signal);
    const there = await contents(adapter, atOwner, keys, signal);
    const others = rows.filter(({ key }) => there.has(key) && !isDeepStrictEqual(here.get(key), there.get(key)));
    const older = await olderOf(adapter, atOwner, others, signal);
    const doubtful = new Set(others.flatMap(({ key }) => (older.has(key) ? [] : [key])));
    const safe = keys.filter((key) => there.has(key) && !doubtful.has(key));
    known += safe.length;
    different += doubtful.size;
    lacking += keys.length - safe.length - doubtful.size;
    if (safe.length > 0) await found?.(safe);
    if (next === undefined) return { known, different, lacking };
    after = next;
  }
}

/** Says that keys are to go. */
export function removals(keys: readonly string[]): readonly RowChange[] {
  return keys.map((key) => ({ key, row: undefined }));
}

/** What rows are compared by: hashes where values can differ and mean the same, else their values. Those that are not there have none. */
async function contents(
  adapter: DataAdapter,
  at: Place,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, unknown>> {
  if (keys.length === 0) return new Map();
  if (adapter.hashes === undefined) return valuesOf(await adapter.read(at, keys, signal));
  return new Map((await adapter.hashes(at, keys, signal)).map(({ key, hash }) => [key, hash]));
}

function valuesOf(rows: readonly Row[]): ReadonlyMap<string, unknown> {
  return new Map(rows.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]])));
}

/** Keys of rows that the owner has a newer one of, by its version. */
async function olderOf(
  adapter: DataAdapter,
  atOwner: Place,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const versions = new Map(rows.flatMap(({ key, version }) => (version === undefined ? [] : [[key, version]])));
  if (versions.size === 0) return new Set();
  const owned = await adapter.read(atOwner, [...versions.keys()], signal);
  const isNewer = ({ key, version = 0n }: Row): boolean => version > (versions.get(key) ?? version);
  return new Set(owned.filter(isNewer).map(({ key }) => key));
}
