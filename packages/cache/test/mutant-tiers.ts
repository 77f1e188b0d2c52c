import {
  asTouched,
  bare,
  each,
  keepsFences,
  type Mutation,
  repeated,
  withEntries,
  withFound,
  withKeys,
} from './mutated-tier.ts';

/** Tiers that break one promise each, made of one that keeps them all. */
export const mutants: Readonly<Record<string, Mutation>> = {
  // What a write does.
  'stores only the first of a batch': (space) => ({
    set: async (sets, call) => repeated(await space.set(sets.slice(0, 1), call), sets.length),
  }),
  'fills only the first of a batch': (space) => ({
    fill: async (fills, call) => repeated(await space.fill(fills.slice(0, 1), call), fills.length),
  }),
  'drops only the first of a batch': (space) => ({
    drop: async (drops, call) => repeated(await space.drop(drops.slice(0, 1), call), drops.length),
  }),
  'drops softly what is to go': (space) => ({
    drop: (drops, call) =>
      space.drop(
        drops.map((one) => ({ ...one, soft: true })),
        call,
      ),
  }),
  'removes what is to be stale': (space) => ({
    drop: (drops, call) =>
      space.drop(
        drops.map((one) => ({ ...one, soft: false })),
        call,
      ),
  }),
  'gives every drop one version': (space) => ({
    drop: async (drops, call) =>
      (await space.drop(drops, call)).map((one) => (one.state === 'dropped' ? { ...one, version: 5n } : one)),
  }),
  'stores whatever stands there': (space) => ({
    set: (sets, call) =>
      space.set(
        sets.map(({ over: _, ...set }) => set),
        call,
      ),
  }),
  'stores what is too large': (space) => ({
    set: (sets, call) =>
      space.set(
        sets.map((set) => ({ ...set, maxBytes: 1e9 })),
        call,
      ),
    fill: (fills, call) =>
      space.fill(
        fills.map((fill) => ({ ...fill, maxBytes: 1e9 })),
        call,
      ),
  }),
  // Fences.
  'fills whatever its fence': (space) => ({
    fill: async (fills, call) =>
      each(fills, async (fill) => {
        const [written] = await space.fill([fill], call);
        return written?.state === 'refused' ? (await space.set([fill], call))[0] : written;
      }),
  }),
  'takes no fence where it sets': (space) => keepsFences(space, 'set'),
  'takes no fence where it drops': (space) => keepsFences(space, 'drop'),
  'gives each reader a fence of its own': (space) => ({
    read: async (reads, call) => {
      const fenced = reads.filter(({ fence }) => fence === 'always').map(({ key }) => ({ key, soft: false }));
      const kept = await space.read(reads.map(bare), call);
      if (fenced.length > 0 && kept.found.every(({ state }) => state === 'miss')) await space.drop(fenced, call);
      return space.read(reads, call);
    },
  }),
  'leaves a fence at what is fresh': (space) => ({
    read: (reads, call) =>
      space.read(
        reads.map((read) => ({ ...read, fence: read.fence === 'miss' ? 'always' : read.fence })),
        call,
      ),
  }),
  // Groups and stamps.
  'raises only the first group': (space) => ({
    raise: async (raise, call) => {
      const known = await space.raise({ ...raise, ids: raise.ids.slice(0, 1) }, call);
      return { ...known, versions: raise.ids.map(() => known.latest) };
    },
  }),
  'raises to no more than its own time': (space) => ({
    raise: (raise, call) => space.raise({ ...raise, above: 0n }, call),
  }),
  'collapses no group': (space) => ({ raise: (raise, call) => space.raise({ ...raise, maxLive: 1e9 }, call) }),
  'has no floor': (space) => ({
    groups: async (ids, call) => ({ ...(await space.groups(ids, call)), floor: 0n }),
  }),
  'forgets the lengths of prefixes': (space) => ({
    groups: async (ids, call) => ({ ...(await space.groups(ids, call)), lengths: [] }),
  }),
  'stamps a fill with what is known now': (space) => ({
    fill: async (fills, call) => {
      const { latest: stamp } = await space.groups([], call);
      return space.fill(
        fills.map((fill) => ({ ...fill, stamp })),
        call,
      );
    },
  }),
  'stamps every set with what is known now': (space) => ({
    set: (sets, call) =>
      space.set(
        sets.map((set) => ({ ...set, stamp: 'latest' })),
        call,
      ),
  }),
  'stamps no set': (space) => ({
    set: (sets, call) =>
      space.set(
        sets.map((set) => ({ ...set, stamp: set.stamp === 'latest' ? 0n : set.stamp })),
        call,
      ),
  }),
  'adds to the stamp of a fill': (space) => ({
    fill: (fills, call) =>
      space.fill(
        fills.map((fill) => ({ ...fill, stamp: fill.stamp + 1n })),
        call,
      ),
  }),
  // Keys.
  'folds the case of keys': (space) => withKeys(space, (key) => key.toLowerCase()),
  'trims keys': (space) => withKeys(space, (key) => key.trim()),
  'normalises keys': (space) => withKeys(space, (key) => key.normalize()),
  'cuts keys at 250 characters': (space) => withKeys(space, (key) => key.slice(0, 250)),
  'ends keys at a zero': (space) => withKeys(space, (key) => key.split('\0')[0] as string),
  // What is beside a value.
  'loses the grace of a fill': (space) => ({
    fill: (fills, call) =>
      space.fill(
        fills.map((fill) => ({ ...fill, entry: { ...fill.entry, graceMs: 0 } })),
        call,
      ),
  }),
  'loses what a read slides by': (space) => withEntries(space, (entry) => ({ ...entry, slideMs: 0 })),
  'knows no greatest age': (space) => withEntries(space, (entry) => ({ ...entry, maxAgeMs: Infinity })),
  'loses tags': (space) => withEntries(space, (entry) => ({ ...entry, tags: [] })),
  'loses what is beside a value': (space) => withEntries(space, (entry) => ({ ...entry, meta: {} })),
  'takes every value for new': (space) => withFound(space, (entry) => ({ ...entry, ageMs: 0 })),
  'gives no grace to what it tells': (space) =>
    withFound(space, (entry) => ({ ...entry, lifeLeftMs: entry.ttlLeftMs })),
  'sends what the reader has': (space) => ({
    read: (reads, call) =>
      space.read(
        reads.map(({ known: _, ...read }) => read),
        call,
      ),
  }),
  // Touches.
  'touches any version': (space) => ({ touch: ({ known: _, ...touch }, call) => space.touch(touch, call) }),
  'says that it touched': (space) => ({ touch: async ({ key, ttlMs }, call) => asTouched(space, key, ttlMs, call) }),
  // Leases.
  'gives a lease to all': (space) => ({
    read: (reads, call) =>
      space.read(
        reads.map(({ lease: _, ...read }) => read),
        call,
      ),
  }),
  'leaves the lease of a fill': (space) => ({
    fill: async (fills, call) => {
      const written = await space.fill(fills, call);
      for (const { key, owner } of fills) {
        const lease = owner !== undefined && { lease: { owner, ms: 60_000 } };
        if (lease) await space.read([{ key, fence: 'always', ...lease }], call);
      }
      return written;
    },
  }),
  'lets anybody release a lease': (space) => {
    const owners = new Map<string, string>();
    return {
      read: async (reads, call) => {
        const answer = await space.read(reads, call);
        reads.forEach(({ key, lease }, index) => {
          const found = answer.found[index];
          if (lease && found?.state !== 'failed' && found?.fence) owners.set(key, lease.owner);
        });
        return answer;
      },
      release: (key, owner, call) => space.release(key, owners.get(key) ?? owner, call),
    };
  },
  'renews no lease': () => ({ renew: async () => true }),
  // Once-records.
  'renews the record of anybody': (space) => ({
    onceRenew: async (hold, call) => (await space.onceRenew(hold, call)) || true,
  }),
  'gives a record no more time': (space) => ({
    onceRenew: (hold, call) => space.onceRenew({ ...hold, leaseMs: 1 }, call),
  }),
  'takes nothing for null': (space) => ({
    onceFinish: (finish, call) => space.onceFinish({ ...finish, value: finish.value ?? null }, call),
  }),
  'keeps results for ever': (space) => ({
    onceFinish: (finish, call) => space.onceFinish({ ...finish, ttlMs: 1e9 }, call),
  }),
  'compares no fingerprint': (space) => ({
    onceBegin: ({ fingerprint: _, ...ask }, call) => space.onceBegin(ask, call),
  }),
  'lets anybody abandon a record': (space) => {
    let owner = '';
    return {
      onceBegin: async (ask, call) => {
        const record = await space.onceBegin(ask, call);
        if (record.state === 'run') owner = ask.owner;
        return record;
      },
      onceAbandon: (hold, call) => space.onceAbandon({ ...hold, owner }, call),
    };
  },
  // Calls.
  'does what nobody wants any more': (space) => ({
    read: (reads, { signal: _, ...call }) => space.read(reads, call),
  }),
  'never settles where nobody wants it any more': (space) => ({
    read: (reads, call) => (call.signal?.aborted ? new Promise(() => {}) : space.read(reads, call)),
  }),
  'counts too many values': (space) => ({ purge: async (call) => (await space.purge(call)) + 1 }),
  'counts values twice': (space) => ({ purge: async (call) => 2 * (await space.purge(call)) }),
};
