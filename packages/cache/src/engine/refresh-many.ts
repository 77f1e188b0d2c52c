import type { ManyLoader } from '../api/loader.ts';
import type { NameSpace } from '../keys/name-space.ts';
import type { EntryPlan } from '../options/entry-plan.ts';
import type { Core } from './core.ts';
import type { LoadCall } from './load-call.ts';
import { LoadScope } from './load-scope.ts';
import type { Loading } from './loading.ts';
import { ManyLoad } from './many-load.ts';

/** Loads behind the callers' backs what is to be loaded anew before it expires, with one call of the loader. */
export function refreshMany(
  core: Core,
  loading: Loading,
  space: NameSpace,
  due: ReadonlyMap<string, bigint | true>,
  load: ManyLoader<unknown>,
  plan: EntryPlan,
): void {
  const scope = new LoadScope([...due.keys()].map((key) => space.place(key)));
  const many = new ManyLoad(load, due.size, (run) => core.run(scope, run));
  for (const [key, version] of due) {
    let counted = false;
    const count = (): boolean => {
      const first = !counted;
      counted = true;
      return first;
    };
    loading.refresh({
      space,
      key,
      place: space.place(key),
      plan,
      scope,
      many: true,
      ...(version === true ? {} : { due: version }),
      joined: () => {
        if (count()) many.without();
      },
      load: (context) => {
        count();
        return many.valueOf(key, context as LoadCall);
      },
    });
  }
}
