import type { NameSpace } from '../keys/name-space.ts';
import { tierKeyOf } from '../keys/name-space.ts';
import type { SharedStore } from '../l2/shared-store.ts';
import { NONE } from '../memory/slot.ts';
import type { EntryPlan } from '../options/entry-plan.ts';
import type { StoredEntry } from '../tier/tier-entry.ts';
import type { TierSet } from '../tier/tier-write.ts';
import { unavailable } from './cache-error.ts';
import { type Draft, draftOfSet, toTier } from './draft.ts';
import type { Engine } from './engine.ts';
import { keep } from './store-entry.ts';

/** What stands at a key where all nodes see it, as the basis of a change. */
export interface Standing {
  readonly value: unknown;
  /** Milliseconds since it was stored. */
  readonly ageMs: number;
  readonly tags: readonly string[];
  /** Puts a value in its place; false where something else stands there by now, or nothing. */
  replace(value: unknown, plan: EntryPlan): Promise<boolean>;
  /** Stores a value under another key; what invalidates a tag of this from now on invalidates that as well, however late it is. */
  derive(key: string, value: unknown, plan: EntryPlan): Promise<void>;
}

/**
 * What is fresh at a key: in the second level where there is one, which is asked in any case, else in memory.
 *
 * @throws XcError `XC_CACHE_UNAVAILABLE` where the second level cannot be asked; `replace` and `derive` too.
 */
export async function standingAt(engine: Engine, space: NameSpace, key: string): Promise<Standing | undefined> {
  engine.ensureOpen();
  const { shared } = engine.core;
  return shared === undefined ? inMemory(engine, space, key) : inSecondLevel(engine, shared, space, key);
}

/**
 * Stores a value in the second level, for all nodes or not at all.
 *
 * @throws TypeError for what its codec cannot carry, RangeError for more than `maxValueBytes`, XcError `XC_CACHE_UNAVAILABLE`.
 */
export async function storeForAll(
  engine: Engine,
  shared: SharedStore,
  space: NameSpace,
  key: string,
  value: unknown,
  plan: EntryPlan,
): Promise<void> {
  const { book, link } = engine.core;
  const stamp = link !== undefined && book.synced ? book.latest : 'latest';
  await write(engine, shared, space, key, drafted(engine, key, value, plan), stamp);
}

function inMemory(engine: Engine, space: NameSpace, key: string): Standing | undefined {
  const { core } = engine;
  const { shelf, clock, book, epoch } = core;
  const place = space.place(key);
  const { moment } = book;
  const now = clock.monotonic();
  const slot = engine.reading.believed(place, now);
  const { store } = shelf;
  if (store === undefined || slot === NONE) return undefined;
  const value = store.value(slot);
  const put = (at: string, draft: Draft | undefined): void => {
    const origin = { moment, epoch, storedAt: clock.monotonic(), version: 0n, stamp: 0n };
    if (draft !== undefined) keep(core, space.place(at), space, draft, origin);
  };
  return {
    value: core.guard.give(value),
    ageMs: now - store.storedAt(slot),
    tags: shelf.extra(slot)?.tags ?? [],
    async replace(next, plan) {
      engine.ensureOpen();
      const draft = drafted(engine, key, next, plan);
      const standing = engine.reading.believed(place, clock.monotonic());
      if (standing === NONE || store.value(standing) !== value) return false;
      core.detach(place, true);
      put(key, draft);
      return true;
    },
    async derive(other, next, plan) {
      engine.ensureOpen();
      put(other, drafted(engine, other, next, plan));
    },
  };
}

async function inSecondLevel(
  engine: Engine,
  shared: SharedStore,
  space: NameSpace,
  key: string,
): Promise<Standing | undefined> {
  const { core } = engine;
  const entry = await freshEntry(engine, shared, space, key);
  if (entry === undefined) return undefined;
  return {
    value: core.guard.give(core.guard.keepDecoded(entry.value)),
    ageMs: entry.ageMs,
    tags: entry.tags,
    replace: (next, plan) =>
      write(engine, shared, space, key, drafted(engine, key, next, plan), entry.stamp, entry.version),
    async derive(other, next, plan) {
      await write(engine, shared, space, other, drafted(engine, other, next, plan), entry.stamp);
    },
  };
}

async function freshEntry(
  { core }: Engine,
  shared: SharedStore,
  space: NameSpace,
  key: string,
): Promise<StoredEntry | undefined> {
  try {
    const found = await shared.read({ place: space.place(key), key, space, fence: 'none' });
    return found.state === 'hit' && core.clock.monotonic() < found.freshUntil ? found.entry : undefined;
  } catch (error) {
    throw unavailable(error);
  }
}

/** False where it was to be stored over a version that does not stand any more. The stamp is that of what it came of. */
async function write(
  engine: Engine,
  shared: SharedStore,
  space: NameSpace,
  key: string,
  draft: Draft | undefined,
  stamp: TierSet['stamp'],
  over?: bigint,
): Promise<boolean> {
  engine.ensureOpen();
  if (draft === undefined) return false;
  const { core, announcing, invalidating } = engine;
  const place = space.place(key);
  const message = { kind: 'changed', keys: [tierKeyOf(place)], groups: [], lengths: [] } as const;
  const announcement = announcing.announce(message);
  const set = {
    key: tierKeyOf(place),
    entry: toTier(draft),
    stamp,
    maxBytes: core.plan.maxValueBytes,
    ...(announcement === undefined ? {} : { announcement }),
    ...(over === undefined ? {} : { over }),
  };
  const [answer] = await shared.gate
    .run('set', (tier, call) => tier.set([set], call))
    .catch((error: unknown) => {
      // Whether it was stored is not known.
      invalidating.dropHere(place, false);
      throw unavailable(error);
    });
  if (answer?.state === 'stored') {
    invalidating.dropHere(place, false);
    shared.wrote(set.key, answer.version, false);
    if (announcement === undefined) await announcing.tell({ ...message, version: answer.version });
    return true;
  }
  if (answer !== undefined && answer.state !== 'failed') announcing.retract(announcement);
  if (answer?.state === 'refused') return false;
  if (answer?.state === 'unencodable') throw answer.error;
  if (answer?.state === 'too_large')
    throw new RangeError(`the value has ${answer.bytes} bytes, more than maxValueBytes`);
  throw unavailable(answer?.error);
}

function drafted({ core }: Engine, key: string, value: unknown, plan: EntryPlan): Draft | undefined {
  return draftOfSet(core.guard.keep(value), key, plan, core.random);
}
