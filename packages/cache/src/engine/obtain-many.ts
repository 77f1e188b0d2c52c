import type { ManyLoader } from '../api/loader.ts';
import type { NameSpace } from '../keys/name-space.ts';
import type { EntryPlan } from '../options/entry-plan.ts';
import type { Core } from './core.ts';
import type { LoadCall } from './load-call.ts';
import { LoadScope } from './load-scope.ts';
import type { Loading, Obtained } from './loading.ts';
import { ManyLoad } from './many-load.ts';
import { refreshMany } from './refresh-many.ts';

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
  const due = new Map<string, bigint | true>();
  const take = (key: string, obtained: Obtained): void => {
    values.set(key, obtained.value);
    if (obtained.due !== undefined) due.set(key, obtained.due);
  };
  for (const key of keys) values.set(key, undefined);
  const now = core.clock.monotonic();
  const missing: string[] = [];
  for (const key of values.keys()) {
    const here = loading.fromMemory({ space, place: space.place(key), plan, many: true }, now);
    if (here === undefined) missing.push(key);
    else take(key, here);
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
        const obtained = await loading.obtain({
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
        take(key, obtained);
      } finally {
        without();
      }
    }),
  );
  if (due.size > 0) refreshMany(core, loading, space, due, load, plan);
  return values;
}
