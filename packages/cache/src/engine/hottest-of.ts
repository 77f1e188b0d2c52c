import type { HotKey } from '../api/cache-stats.ts';
import { type NameSpace, partsOf, pathWithin } from '../keys/name-space.ts';
import type { Core } from './core.ts';

/** The keys asked for most in a namespace and in those within it. */
export function hottestOf({ shelf }: Core, space: NameSpace, n: number): readonly HotKey[] {
  const heats = shelf.store?.hottest(n, (place) => space.covers(place)) ?? [];
  return heats.map(({ key: place, hits, misses, loadMs }) => {
    const { path, key } = partsOf(place);
    const namespace = pathWithin(space.path, path);
    return { key, ...(namespace && { namespace }), hits, misses, loadMs };
  });
}
