import type {
  StoredEntry,
  Tier,
  TierCall,
  TierEntry,
  TierFound,
  TierRead,
  TierSpace,
  TierTouched,
  TierWritten,
} from '../src/index.ts';

/** Other methods for a part of a tier. */
export type Mutation = (space: TierSpace) => Partial<TierSpace>;

/** A tier some of whose methods are others. */
export function mutated(tier: Tier, mutate: Mutation): Tier {
  return {
    ...tier,
    open(cache) {
      const space = tier.open(cache);
      return Object.assign(Object.create(space) as TierSpace, mutate(space));
    },
  };
}

/** The first answer for all. */
export function repeated<T>(answers: readonly T[], times: number): T[] {
  return Array.from({ length: times }, () => answers[0] as T);
}

/** One by one. */
export async function each<In, Out>(all: readonly In[], one: (item: In) => Promise<Out | undefined>): Promise<Out[]> {
  const answers: Out[] = [];
  for (const item of all) answers.push((await one(item)) as Out);
  return answers;
}

/** The same read, which leaves nothing. */
export function bare({ key }: TierRead): TierRead {
  return { key, fence: 'none' };
}

/** After these changes whatever is filled is stored. */
export function keepsFences(space: TierSpace, which: 'set' | 'drop'): Partial<TierSpace> {
  const changed = new Set<string>();
  const noting =
    <Item extends { readonly key: string }, Answer>(method: (items: readonly Item[], call: TierCall) => Answer) =>
    (items: readonly Item[], call: TierCall): Answer => {
      for (const { key } of items) changed.add(key);
      return method(items, call);
    };
  return {
    ...(which === 'set'
      ? { set: noting((sets, call) => space.set(sets, call)) }
      : { drop: noting((drops, call) => space.drop(drops, call)) }),
    fill: (fills, call) =>
      each(fills, async (fill): Promise<TierWritten | undefined> => {
        const [written] = await space.fill([fill], call);
        return written?.state === 'refused' && changed.has(fill.key) ? (await space.set([fill], call))[0] : written;
      }),
  };
}

/** Whose keys are others. */
export function withKeys(space: TierSpace, change: (key: string) => string): Partial<TierSpace> {
  const changed = <Item extends { readonly key: string }>(item: Item): Item => ({ ...item, key: change(item.key) });
  return {
    read: (reads, call) => space.read(reads.map(changed), call),
    fill: (fills, call) => space.fill(fills.map(changed), call),
    set: (sets, call) => space.set(sets.map(changed), call),
    drop: (drops, call) => space.drop(drops.map(changed), call),
    touch: (touch, call) => space.touch(changed(touch), call),
  };
}

/** Which stores other entries. */
export function withEntries(space: TierSpace, change: (entry: TierEntry) => TierEntry): Partial<TierSpace> {
  const changed = <Item extends { readonly entry: TierEntry }>(item: Item): Item => ({
    ...item,
    entry: change(item.entry),
  });
  return {
    fill: (fills, call) => space.fill(fills.map(changed), call),
    set: (sets, call) => space.set(sets.map(changed), call),
  };
}

/** Which tells of other entries. */
export function withFound(space: TierSpace, change: (entry: StoredEntry) => StoredEntry): Partial<TierSpace> {
  const changed = (found: TierFound): TierFound =>
    found.state === 'hit' ? { ...found, entry: change(found.entry) } : found;
  return {
    read: async (reads, call) => {
      const answer = await space.read(reads, call);
      return { ...answer, found: answer.found.map(changed) };
    },
  };
}

/** As if it had been touched. */
export async function asTouched(space: TierSpace, key: string, ttlMs = 60_000, call: TierCall): Promise<TierTouched> {
  const { found } = await space.read([{ key, fence: 'none' }], call);
  const [one] = found;
  return one?.state === 'hit' && one.entry.ttlLeftMs > 0
    ? { ...one.entry, ttlLeftMs: ttlMs, lifeLeftMs: one.entry.lifeLeftMs }
    : undefined;
}
