import type { ManyLoader } from '../api/loader.ts';
import type { NameSpace } from '../keys/name-space.ts';
import type { EntryPlan } from '../options/entry-plan.ts';
import type { Core } from './core.ts';
import type { LoadCall } from './load-call.ts';
import { LoadScope } from './load-scope.ts';
import type { Loading } from './loading.ts';
import { ManyLoad } from './many-load.ts';

/** Gets many values with at most one read of the second level and one call of the loader. */
export async function obtainMany(
  core: Core,
  loading: Loading,
  space: NameSpace,
  keys: readonly string[],
  load: ManyLoader<unknown>,
  plan: EntryPlan,
): Promise<Map<string, unknown>> {
  plan.signal?.throwIfAborted();
  const values = new Map<string, unknown>();
  for (const key of keys) values.set(key, undefined);
  const now = core.clock.monotonic();
  const missing: string[] = [];
  for (const key of values.keys()) {
    const here = loading.fromMemory({ space, place: space.place(key) }, now);
    if (here === undefined) missing.push(key);
    else values.set(key, here.value);
  }
  const scope = new LoadScope(missing.map((key) => space.place(key)));
  const run = <T>(loading: () => Promise<T>): Promise<T> => core.run(scope, loading);
  const many = new ManyLoad(load, missing.length, run);
  let late: ManyLoad | undefined;
  // What has to be loaded once more is not waited for by the others; those that come in one tick go together.
  const loadLate = (): ManyLoad => {
    if (late !== undefined) return late;
    const gathering = new ManyLoad(load, Number.POSITIVE_INFINITY, run);
    late = gathering;
    process.nextTick(() => {
      late = undefined;
      gathering.begin();
    });
    return gathering;
  };
  await Promise.all(
    missing.map(async (key) => {
      let counted = false;
      const without = (): void => {
        if (!counted) many.without();
        counted = true;
      };
      try {
        const { value } = await loading.obtain({
          space,
          key,
          place: space.place(key),
          plan,
          scope,
          many: true,
          joined: without,
          load: (context) => {
            const call = counted ? loadLate() : many;
            counted = true;
            return call.valueOf(key, context as LoadCall);
          },
        });
        values.set(key, value);
      } finally {
        without();
      }
    }),
  );
  return values;
}
