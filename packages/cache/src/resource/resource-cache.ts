import type { Cache } from '../api/cache.ts';
import type { Loader } from '../api/loader.ts';
import type { Engine } from '../engine/engine.ts';
import type { Wish } from '../engine/wish.ts';
import type { NameSpace } from '../keys/name-space.ts';
import type { EntryPlan } from '../options/entry-plan.ts';

/** The cache that a resource keeps its values in. */
export interface ResourceCache
  extends Pick<Cache, 'getOrSet' | 'peek' | 'set' | 'touch' | 'prefetch' | 'invalidate' | 'expire'> {
  readonly engine: Engine;
  readonly space: NameSpace;
  wish(key: string, load: Loader<unknown>, plan: EntryPlan): Wish;
  within(name: string, defaults: EntryPlan, kind: 'resource'): ResourceCache;
}
