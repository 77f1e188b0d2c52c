import { type Journal, memoryJournal, memoryTopologyStore, type Topology, type TopologyStore } from '../src/index.ts';

/** A topology store and a journal that lose their last writes when told to, as those of a server do whose replica takes its place. */
export interface LosingStores {
  readonly store: TopologyStore;
  readonly journal: Journal;
  /** How often the topology was changed. */
  readonly changes: number;
  /** @param withJournal - What was written down since goes as well. */
  lose(changes: number, withJournal: boolean): Promise<void>;
}

/** Stores of a topology. */
export function losingStores(first: Topology): LosingStores {
  let kept: Topology[] = [first];
  let store = memoryTopologyStore(first);
  let journal = memoryJournal();
  let entries: { readonly entry: Parameters<Journal['append']>[0]; readonly states: number }[] = [];
  return {
    store: {
      load: (signal) => store.load(signal),
      async cas(next, expectedEpoch, signal) {
        const stored = await store.cas(next, expectedEpoch, signal);
        if (stored) kept.push(next);
        return stored;
      },
      watch: (changed) => store.watch(changed),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    },
    journal: {
      async append(entry) {
        await journal.append(entry);
        entries.push({ entry, states: kept.length });
      },
      read: (jobId) => journal.read(jobId),
      jobs: () => journal.jobs(),
    },
    get changes() {
      return kept.length - 1;
    },
    async lose(changes, withJournal) {
      kept = kept.slice(0, kept.length - changes);
      store = memoryTopologyStore(kept.at(-1) as Topology);
      if (!withJournal) return;
      entries = entries.filter(({ states }) => states <= kept.length);
      journal = memoryJournal();
      for (const { entry } of entries) await journal.append(entry);
    },
  };
}
