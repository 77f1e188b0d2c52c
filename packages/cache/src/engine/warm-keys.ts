import type { Loader, ManyLoader } from '../api/loader.ts';
import type { WarmOptions, WarmReport } from '../api/warm.ts';
import type { NameSpace } from '../keys/name-space.ts';
import type { EntryPlan } from '../options/entry-plan.ts';
import { abortable } from './abortable.ts';
import type { Engine } from './engine.ts';
import { WarmLoader } from './warm-loader.ts';
import { checkWarm, warmAll } from './warming.ts';

/** Loads the keys that are not there; the signal of the plan ends it at once. */
export async function warmKeys(
  { core, loading }: Engine,
  space: NameSpace,
  keys: readonly string[],
  load: Loader<unknown> | ManyLoader<unknown>,
  plan: EntryPlan,
  options: WarmOptions,
): Promise<WarmReport> {
  checkWarm(options);
  plan.signal?.throwIfAborted();
  const loader = new WarmLoader(core, load);
  const obtain = async (key: string): Promise<boolean> => {
    const place = space.place(key);
    return (await loading.obtain({ space, key, place, plan, load: loader.at(place) })).loaded;
  };
  return abortable(
    warmAll([...new Set(keys)], obtain, options, () => loader.perLoad),
    plan.signal,
    core.aborts,
  );
}
