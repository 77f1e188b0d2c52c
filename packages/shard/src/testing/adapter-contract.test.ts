import { describe, expect, test } from 'vitest';
import { inMemory } from '../../test/memory-fixture.ts';
import type { DataAdapter, Place } from '../moving/data-adapter.ts';
import type { AdapterFixture, AdapterTraits } from './adapter-contract/adapter-fixture.ts';
import { adapterContract } from './adapter-contract.ts';

describe.for([
  { capture: 'log', fencing: 'data' },
  { capture: 'log', fencing: 'lease' },
  { capture: 'mirror', fencing: 'data' },
  { capture: 'mirror', fencing: 'lease' },
] as const)('in memory, capture $capture, fencing $fencing', (traits) => {
  test.for(adapterContract(() => inMemory(traits), traits))('$name', ({ run }) => run());
});

/** An adapter that breaks one promise, and the case that has to notice. */
interface Mutant extends AdapterTraits {
  readonly breaks: string;
  readonly mutate: (fixture: AdapterFixture) => Partial<DataAdapter> | { readonly fixture: Partial<AdapterFixture> };
}

const { signal: never } = new AbortController();

const mutants: Readonly<Record<string, Mutant>> = {
  'closes no fence': {
    breaks: 'a stream of writers',
    mutate: () => ({ fence: async () => undefined }),
  },
  'looks at no signal': {
    breaks: 'an aborted call',
    mutate: ({ adapter }) => ({ claim: (at) => adapter.claim(at, never) }),
  },
  'leaves out the row after each page': {
    breaks: 'page by page',
    mutate: ({ adapter }) => ({
      scan: async (at, after, limit, signal) => {
        const { rows, next } = await adapter.scan(at, after, limit + 1, signal);
        return { rows: rows.slice(0, limit), next };
      },
    }),
  },
  'gives more rows than asked for': {
    breaks: 'page by page',
    mutate: ({ adapter }) => ({ scan: (at, after, limit, signal) => adapter.scan(at, after, limit + 1, signal) }),
  },
  'gives rows of other partitions': {
    breaks: 'page by page',
    mutate: ({ adapter, partitions }) => ({
      scan: async (at, after, limit, signal) => {
        const other = await adapter.scan({ ...at, partition: partitions[1] }, undefined, 100, signal);
        const { rows, next } = await adapter.scan(at, after, limit, signal);
        return { rows: next === undefined ? [...rows, ...other.rows] : rows, next };
      },
    }),
  },
  'ends where the row of the cursor is gone': {
    breaks: 'goes on from a cursor',
    mutate: ({ adapter }) => ({
      scan: async (at, after, limit, signal) => {
        const gone = after !== undefined && (await adapter.read(at, [after], signal))[0]?.value === undefined;
        return gone ? { rows: [], next: undefined } : adapter.scan(at, after, limit, signal);
      },
    }),
  },
  'reads rows as they were': {
    breaks: 'as they are now',
    mutate: ({ adapter }) => {
      const known = new Map<string, ReturnType<DataAdapter['read']>>();
      return {
        read: (at, keys, signal) => {
          const [key = ''] = keys;
          const row = known.get(key) ?? adapter.read(at, keys, signal);
          known.set(key, row);
          return row;
        },
      };
    },
  },
  'applies no deletes': {
    breaks: 'makes the target what the source is',
    mutate: ({ adapter }) => ({
      apply: (at, changes, signal) =>
        adapter.apply(
          at,
          changes.filter(({ row }) => row !== undefined),
          signal,
        ),
    }),
  },
  'applies the first of a batch only': {
    breaks: 'makes the target what the source is',
    mutate: ({ adapter }) => ({ apply: (at, changes, signal) => adapter.apply(at, changes.slice(0, 1), signal) }),
  },
  'takes some keys for others': {
    breaks: 'whatever their keys are',
    mutate: ({ adapter }) => ({
      apply: (at, changes, signal) =>
        adapter.apply(
          at,
          changes.map(({ key, row }) => ({
            key: key.normalize('NFC'),
            row: row && { ...row, key: key.normalize('NFC') },
          })),
          signal,
        ),
    }),
  },
  'cuts long values': {
    breaks: 'some megabytes',
    mutate: ({ adapter }) => ({
      apply: (at, changes, signal) =>
        adapter.apply(
          at,
          changes.map(({ key, row }) => ({
            key,
            row: row && { ...row, value: { text: (row.value as { text: string }).text.slice(0, 2 ** 20) } },
          })),
          signal,
        ),
    }),
  },
  'purges more than asked for': {
    breaks: 'purges at most',
    mutate: ({ adapter }) => ({ purge: (at, _limit, signal) => adapter.purge(at, 100, signal) }),
  },
  'purges other partitions as well': {
    breaks: 'purges at most',
    mutate: ({ adapter, partitions }) => ({
      purge: async (at, limit, signal) => {
        await adapter.purge({ ...at, partition: partitions[1] }, limit, signal);
        return adapter.purge(at, limit, signal);
      },
    }),
  },
  'does not look at its signal': {
    breaks: 'an aborted call',
    mutate: ({ adapter }) => ({ fence: (at, minTerm) => adapter.fence(at, minTerm, never) }),
  },
  'tells digests apart by counts alone': {
    breaks: 'shows each difference',
    mutate: ({ adapter }) => ({
      digest: async (...args) => (await adapter.digest(...args)).map(({ rows }) => ({ rows, hash: String(rows) })),
    }),
  },
  'has digests of its shard': {
    breaks: 'equal digests of equal contents',
    mutate: ({ adapter }) => ({
      digest: async (at, buckets, signal) =>
        (await adapter.digest(at, buckets, signal)).map(({ rows, hash }) => ({ rows, hash: at.shard + hash })),
    }),
  },
  'has rows in no bucket': {
    breaks: 'every row in one bucket',
    mutate: ({ adapter }) => ({
      bucket: async (at, bucket, buckets, signal) => (await adapter.bucket(at, bucket, buckets, signal)).slice(1),
    }),
  },
  'claims nothing': {
    breaks: 'once a higher one has claimed',
    mutate: () => ({ claim: async () => undefined }),
  },
  'claims every partition': {
    breaks: 'once a higher one has claimed',
    mutate: ({ adapter, partitions }) => ({
      claim: async (at, signal) => {
        for (const partition of partitions) await adapter.claim({ ...at, partition }, signal);
      },
    }),
  },
  'lets a lower claim win': {
    breaks: 'a lower claim takes nothing back',
    mutate: ({ adapter }) => {
      let mover = 0;
      return {
        claim: async (at) => {
          mover = at.mover;
        },
        purge: (at, limit, signal) =>
          adapter.purge({ ...at, mover: at.mover < mover ? 0 : Number.MAX_SAFE_INTEGER }, limit, signal),
      };
    },
  },
  'asks for the mover before it waits, and not after': {
    breaks: 'what a lower mover has under way',
    mutate: ({ adapter }) => {
      let mover = 0;
      return {
        claim: async (at) => {
          mover = Math.max(mover, at.mover);
        },
        apply: (at, changes, signal) =>
          at.mover < mover ? Promise.reject(new Error('superseded')) : adapter.apply(at, changes, signal),
      };
    },
  },
  'lets a lower mover go on purging': {
    breaks: 'a lower mover that is purging',
    mutate: ({ adapter }) => ({
      purge: (at, limit, signal) => adapter.purge({ ...at, mover: Number.MAX_SAFE_INTEGER }, limit, signal),
    }),
  },
  'gives changes once only': {
    breaks: 'until it is acknowledged',
    mutate: ({ adapter }) => ({
      changes: async (at, limit, signal) => {
        const given = await adapter.changes(at, limit, signal);
        if (given.ack !== undefined) await adapter.acknowledge(at, given.ack, signal);
        return given;
      },
    }),
  },
  'captures no deletes': {
    breaks: 'every write since the start',
    mutate: ({ adapter }) => ({
      changes: async (at, limit, signal) => {
        const { keys, ack } = await adapter.changes(at, limit, signal);
        const rows = await adapter.read(at, keys, signal);
        return { keys: rows.map(({ key }) => key), ack };
      },
    }),
  },
  'acknowledges whatever there is': {
    breaks: 'nothing that came since',
    mutate: ({ adapter }) => ({
      acknowledge: async (at, _ack, signal) => {
        const { ack } = await adapter.changes(at, 1_000, signal);
        if (ack !== undefined) await adapter.acknowledge(at, ack, signal);
      },
    }),
  },
  'acknowledges by key': {
    breaks: 'while others write',
    mutate: ({ adapter }) => ({
      acknowledge: async (at, ack, signal) => {
        await adapter.acknowledge(at, ack, signal);
        const { ack: rest } = await adapter.changes(at, 1, signal);
        if (rest !== undefined) await adapter.acknowledge(at, rest, signal);
      },
    }),
  },
  'acknowledges nothing': {
    breaks: 'some at a time',
    mutate: () => ({ acknowledge: async () => undefined }),
  },
  'forgets its changes when capture is started again': {
    breaks: 'starting twice is starting once',
    mutate: ({ adapter }) => ({
      startCapture: async (at, signal) => {
        await adapter.stopCapture(at, signal);
        await adapter.startCapture(at, signal);
      },
    }),
  },
  'goes on capturing': { breaks: 'stopping ends it', mutate: () => ({ stopCapture: async () => undefined }) },
  'starts to capture some time later': {
    breaks: 'while capture starts',
    mutate: ({ adapter }) => ({
      startCapture: async (at, signal) => {
        void Promise.resolve().then(async () => {
          for (let turn = 0; turn < 60; turn += 1) await Promise.resolve();
          await adapter.startCapture(at, signal);
        });
      },
    }),
  },
  'captures no write that was open': {
    breaks: 'open when capture started',
    mutate: ({ adapter, hold, ...fixture }) => ({
      fixture: {
        ...fixture,
        hold: async (at, name, text) => {
          const held = await (hold as NonNullable<typeof hold>)(at, name, text);
          const place: Place = { ...at, moveId: 'contract-1', mover: 5 };
          return {
            commit: async () => {
              await held.commit();
              const { ack } = await adapter.changes(place, 100, never);
              if (ack !== undefined) await adapter.acknowledge(place, ack, never);
            },
          };
        },
      },
    }),
  },
  'fences nothing': { breaks: 'refuses older terms', mutate: () => ({ fence: async () => undefined }) },
  'fences the whole shard': {
    breaks: 'refuses older terms',
    mutate: ({ adapter, partitions }) => ({
      fence: async (at, minTerm, signal) => {
        for (const partition of partitions) await adapter.fence({ ...at, partition }, minTerm, signal);
      },
    }),
  },
  'refuses newer terms as well': {
    breaks: 'refuses older terms',
    mutate: ({ adapter }) => ({ fence: (at, minTerm, signal) => adapter.fence(at, minTerm + 1, signal) }),
  },
  'fences its movers': {
    breaks: 'a mover writes whatever the term is',
    mutate: ({ adapter }) => {
      let minTerm = 0;
      return {
        fence: async (at, term, signal) => {
          minTerm = term;
          await adapter.fence(at, term, signal);
        },
        apply: (at, changes, signal) =>
          minTerm > 1 ? Promise.reject(new Error('fenced')) : adapter.apply(at, changes, signal),
      };
    },
  },
  'does not wait for open writes': {
    breaks: 'no open write can be committed',
    mutate: ({ adapter }) => ({
      fence: async (at, minTerm, signal) => void adapter.fence(at, minTerm, signal),
    }),
  },
  'does not give up a fence': {
    breaks: 'a fence gives up with its signal',
    mutate: ({ adapter }) => ({ fence: (at, minTerm) => adapter.fence(at, minTerm, never) }),
  },
  'applies what is older': {
    capture: 'mirror',
    breaks: 'only what is newer is applied',
    mutate: ({ adapter }) => ({
      apply: async (at, changes, signal) => {
        for (const { key } of changes) await adapter.apply(at, [{ key, row: undefined }], signal);
        await adapter.apply(at, changes, signal);
      },
    }),
  },
  'remembers nothing of deleted rows': {
    capture: 'mirror',
    breaks: 'only what is newer is applied',
    mutate: ({ adapter }) => ({
      apply: (at, changes, signal) =>
        adapter.apply(
          at,
          changes.map(({ key, row }) => ({ key, row: row?.value === undefined ? undefined : row })),
          signal,
        ),
    }),
  },
  'gives marks of writes that may be under way': {
    capture: 'mirror',
    breaks: 'once its write cannot be under way',
    mutate: ({ adapter, pass }) => ({
      changes: async (at, limit, signal) => {
        await pass?.(10_000);
        return adapter.changes(at, limit, signal);
      },
    }),
  },
  'marks nothing': {
    capture: 'mirror',
    breaks: 'a mark that is taken back',
    mutate: () => ({ mark: async () => 'mark' }),
  },
  'takes all marks of a key back': {
    capture: 'mirror',
    breaks: 'a mark that is taken back',
    mutate: ({ adapter }) => ({
      unmark: async (at, mark, signal) => {
        for (const each of [mark, '1', '2']) await adapter.unmark?.(at, each, signal);
      },
    }),
  },
  'takes no mark back': {
    capture: 'mirror',
    breaks: 'a mark that is taken back',
    mutate: () => ({ unmark: async () => undefined }),
  },
  'has no end of empty pages': {
    breaks: 'page by page',
    mutate: ({ adapter }) => ({
      scan: async (at, after, limit, signal) => {
        const page = await adapter.scan(at, after, limit, signal);
        return page.rows.length > 0 ? { ...page, next: page.rows.at(-1)?.key } : { rows: [], next: after ?? '' };
      },
    }),
  },
  'marks what the data refuses': {
    capture: 'mirror',
    breaks: 'marks of terms that are refused',
    mutate: ({ adapter }) => ({
      mark: (at, write, signal) => adapter.mark?.(at, { ...write, term: 99 }, signal) ?? Promise.resolve(undefined),
    }),
  },
};

test.for(Object.entries(mutants))('notices an adapter that %s', async ([, { breaks, mutate, ...traits }]) => {
  const mutated = async (): Promise<AdapterFixture> => {
    const fixture = await inMemory(traits);
    const changed = mutate(fixture);
    if ('fixture' in changed) return { ...fixture, ...changed.fixture };
    return { ...fixture, adapter: { ...fixture.adapter, ...changed } };
  };
  const noticing = adapterContract(mutated, traits).filter(({ name }) => name.includes(breaks));
  expect(noticing.length).toBeGreaterThan(0);
  await expect(Promise.all(noticing.map(({ run }) => run()))).rejects.toThrow();
});
