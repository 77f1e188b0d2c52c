import { XcError } from '@xc/core';
import { MemoryLogger, SeededRandom } from '@xc/core/testing';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { createTopology } from '../topology/create-topology.ts';
import { memoryTopologyStore } from '../topology/memory-topology-store.ts';
import type { ReplicaView } from '../topology/replica-view.ts';
import type { Topology } from '../topology/topology.ts';
import { createRouter } from './create-router.ts';
import { Session } from './sessions.ts';

const partitioner = customPartitions({ id: 'numbers', partitions: 4, of: Number });
const shards = [
  { id: 'a', replicas: ['a1', 'a2'] },
  { id: 'b', replicas: ['b1'] },
];
const first = createTopology({ partitioner, shards, owners: ['a', 'a', 'b', 'b'] });

/** Replicas that have come to a position each, and are so far behind. */
function view(state: Record<string, { readonly at: number; readonly lagMs?: number }>): ReplicaView {
  return {
    lagMs: (_, replica) => state[replica]?.lagMs,
    reached: (_, replica, position) => (state[replica]?.at ?? 0) >= Number(position),
    position: async (client) => String((client as { written: number }).written),
    compare: (a, b) => Number(a) - Number(b),
  };
}

async function opened(replicas: ReplicaView | undefined, written = 0) {
  const store = memoryTopologyStore(first);
  const client = { written };
  const logger = new MemoryLogger();
  const parts = { partitioner, store, connect: () => client, random: new SeededRandom(1), logger };
  const router = await createRouter(replicas === undefined ? parts : { ...parts, replicas });
  return { router, store, client, logger };
}

const replicaOf = (_: unknown, { replica }: { readonly replica: string | undefined }) => replica;

test('reads go to the primary unless somebody says otherwise', async () => {
  const { router } = await opened(view({ a1: { at: 0, lagMs: 0 } }));
  expect(await router.read(0, replicaOf)).toBeUndefined();
  expect(await router.read(0, replicaOf, { consistency: 'primary' })).toBeUndefined();
  const blind = await opened(undefined);
  expect(await blind.router.read(0, replicaOf, { consistency: 'any' })).toBeUndefined();
});

test('any replica is one whose lag is known, all of them in turn', async () => {
  const { router } = await opened(view({ a1: { at: 0, lagMs: 900_000 }, a2: { at: 0, lagMs: 1 } }));
  const seen = new Set<unknown>();
  for (let read = 0; read < 50; read += 1) seen.add(await router.read(0, replicaOf, { consistency: 'any' }));
  expect(seen).toEqual(new Set(['a1', 'a2']));
  expect(await router.read(2, replicaOf, { consistency: 'any' })).toBeUndefined();
  const [role] = await router.many([0], async (_, __, context) => [context.role], { consistency: 'any' });
  expect(role).toBe('replica');
});

test('a replica that is too far behind, or of which nothing is known, is not asked', async () => {
  const { router } = await opened(view({ a1: { at: 0, lagMs: 200 }, a2: { at: 0 } }));
  expect(await router.read(0, replicaOf, { consistency: { maxStalenessMs: 200 } })).toBe('a1');
  expect(await router.read(0, replicaOf, { consistency: { maxStalenessMs: 199 } })).toBeUndefined();
  await expect(router.read(0, replicaOf, { consistency: { maxStalenessMs: -1 } })).rejects.toThrow(RangeError);
});

test('a session reads what it wrote, from who has it', async () => {
  const state = { a1: { at: 7, lagMs: 1 }, a2: { at: 4, lagMs: 1 }, b1: { at: 0, lagMs: 1 } };
  const { router, client } = await opened(view(state));
  const session = router.session();
  expect(session.token).toBe('');
  client.written = 5;
  await router.write(0, () => 'done', { session });
  for (let read = 0; read < 20; read += 1)
    expect(await router.read(1, replicaOf, { consistency: { session } })).toBe('a1');
  expect(await router.read(2, replicaOf, { consistency: { session } })).toBe('b1');
  client.written = 8;
  await router.write(0, () => 'done', { session });
  expect(await router.read(1, replicaOf, { consistency: { session } })).toBeUndefined();
  // An earlier position, told late, takes nothing back.
  client.written = 6;
  await router.write(0, () => 'done', { session });
  expect(await router.read(1, replicaOf, { consistency: { session } })).toBeUndefined();
  // The token carries it to another process.
  const other = router.session(session.token);
  expect(await router.read(1, replicaOf, { consistency: { session: other } })).toBeUndefined();
  expect(await router.read(1, replicaOf, { consistency: { session: { token: session.token } } })).toBeUndefined();
  expect(other.token).toBe(session.token);
});

test('a broken, forged or overlong token costs reads of the primary, and nothing more', async () => {
  const { router } = await opened(view({ a1: { at: 99, lagMs: 0 }, a2: { at: 99, lagMs: 0 } }));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string({ minLength: 1 }), fc.base64String({ minLength: 1 }), fc.json()),
      async (text) => {
        for (const token of [text, Buffer.from(text).toString('base64url')]) {
          const session = router.session(token);
          await router.read(0, replicaOf, { consistency: { session } });
          expect(session.token.length).toBeLessThanOrEqual(1_024);
        }
      },
    ),
    { numRuns: 300 },
  );
  const session = router.session('x'.repeat(2_000));
  expect(await router.read(0, replicaOf, { consistency: { session } })).toBeUndefined();
  expect(await router.read(0, replicaOf, { consistency: { session: router.session(session.token) } })).toBeUndefined();
});

test('a position that nobody can read costs a read of the primary, and a write takes its place', async () => {
  const readable = view({ a1: { at: 99, lagMs: 0 } });
  const strict = (position: string) => {
    if (!/^\d+$/.test(position)) throw new SyntaxError(`${position} is no position`);
  };
  const { router, client } = await opened({
    ...readable,
    reached(shard, replica, position) {
      strict(position);
      return readable.reached(shard, replica, position);
    },
    compare(a, b) {
      strict(a);
      strict(b);
      return readable.compare(a, b);
    },
  });
  const forged = Buffer.from(JSON.stringify([1, 1, { a: 'zzz' }])).toString('base64url');
  const session = router.session(forged);
  expect(await router.read(0, replicaOf, { consistency: { session } })).toBeUndefined();
  client.written = 5;
  expect(await router.write(0, () => 'done', { session })).toBe('done');
  expect(await router.read(0, replicaOf, { consistency: { session } })).toBe('a1');
});

test('a session over very many shards still has a token of a kilobyte, and reads primaries', () => {
  const session = Session.of(undefined);
  for (let shard = 0; shard < 200; shard += 1) session.wrote(`shard-${shard}`, '0/16B3748', 1, view({}));
  expect(session.token.length).toBeLessThan(1_024);
  const where = { shards: new Set(['shard-1']), ownedSince: 1, view: view({ r: { at: 99 } }) };
  expect(Session.of(session.token).isSeenBy('shard-1', 'r', where)).toBe(false);
});

test('what was written before a partition changed hands is read from the primary', async () => {
  const { router, store, client } = await opened(
    view({ a1: { at: 9, lagMs: 0 }, a2: { at: 9, lagMs: 0 }, b1: { at: 9, lagMs: 0 } }),
  );
  const session = router.session();
  client.written = 3;
  await router.write(0, () => 'done', { session });
  const [owners, terms] = [
    ['b', 'a', 'b', 'b'],
    [2, 1, 1, 1],
  ];
  const next: Topology = { ...first, epoch: 2, owners, terms };
  await store.cas(next, 1);
  await router.refresh();
  expect(await router.read(0, replicaOf, { consistency: { session } })).toBeUndefined();
  expect(await router.read(1, replicaOf, { consistency: { session } })).toMatch(/^a/);
  // And where a shard of the token is no longer there, all of it.
  await store.cas({ ...next, epoch: 3, shards: [shards[1] as never], owners: ['b', 'b', 'b', 'b'] }, 2);
  await router.refresh();
  expect(await router.read(2, replicaOf, { consistency: { session } })).toBeUndefined();
});

test('a write whose position cannot be read has been made', async () => {
  const blind = { ...view({ a1: { at: 9, lagMs: 0 } }), position: () => Promise.reject(new Error('no')) };
  const { router, logger } = await opened(blind);
  const session = router.session();
  expect(await router.write(0, () => 'done', { session })).toBe('done');
  expect(logger.lines.at(-1)).toMatchObject({ level: 'warn' });
  expect(await router.read(0, replicaOf, { consistency: { session } })).toBeUndefined();
});

test('a replica that knows itself to be stale is passed over', async () => {
  const { router } = await opened(view({ a1: { at: 0, lagMs: 0 } }));
  const seen: unknown[] = [];
  const answer = await router.read(
    0,
    (_, { replica, attempt }) => {
      seen.push([replica, attempt]);
      if (replica !== undefined) throw new XcError('XC_SHARD_STALE_REPLICA', 'behind');
      return 'new';
    },
    { consistency: 'any' },
  );
  expect([answer, seen]).toEqual([
    'new',
    [
      ['a1', 1],
      [undefined, 2],
    ],
  ]);
});

test('a quorum answers with the newest, and who had something older is mended', async () => {
  const { router } = await opened(view({}));
  const versions: Record<string, { version: number } | undefined> = {
    primary: { version: 5 },
    a1: { version: 6 },
    a2: undefined,
  };
  const repair = vi.fn();
  const versionOf = (value: unknown) => (value as { version: number }).version;
  const newest = await router.read(0, async (_, { replica = 'primary' }) => versions[replica], {
    consistency: { quorum: 3, versionOf, repair },
  });
  expect(newest).toEqual({ version: 6 });
  expect(repair.mock.calls).toEqual([
    ['primary', { version: 6 }],
    ['a2', { version: 6 }],
  ]);
});

test('what versionOf throws is what the read rejects with, and no repair is heard of', async () => {
  const { router } = await opened(view({}));
  const mine = new Error('mine');
  const [throwing, one] = [
    () => {
      throw mine;
    },
    () => 1,
  ];
  for (const quorum of [1, 2, 3]) {
    const read = router.read(0, async () => 'text', { consistency: { quorum, versionOf: throwing } });
    await expect(read).rejects.toBe(mine);
  }
  const late = router.read(0, async (_, { replica }) => replica ?? 'primary', {
    consistency: { quorum: 2, versionOf: (value) => (value === 'a2' ? throwing() : 1) },
  });
  expect(await late).toBe('primary');
  const unheard: unknown[] = [];
  const hear = (error: unknown) => unheard.push(error);
  process.on('unhandledRejection', hear);
  for (const repair of [throwing, async () => throwing()]) {
    const read = router.read(0, async (_, { replica }) => (replica === 'a1' ? undefined : 'text'), {
      consistency: { quorum: 3, versionOf: one, repair },
    });
    expect(await read).toBe('text');
  }
  await new Promise((resolve) => setImmediate(resolve));
  process.removeListener('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});

test('a quorum stands some failures, and no more', async () => {
  const { router } = await opened(view({}));
  const versionOf = () => 1;
  const ask = (ill: readonly string[], quorum: number) =>
    router.read(
      0,
      async (_, { replica = 'primary' }) => {
        if (ill.includes(replica)) throw new Error(`${replica} is ill`);
        return replica;
      },
      { consistency: { quorum, versionOf } },
    );
  expect(await ask(['primary'], 2)).toBe('a1');
  await expect(ask(['primary', 'a2'], 2)).rejects.toMatchObject({
    code: 'XC_SHARD_NO_QUORUM',
    details: { quorum: 2, asked: 3 },
  });
  await expect(ask([], 4)).rejects.toMatchObject({ code: 'XC_SHARD_NO_QUORUM' });
  await expect(ask([], 0)).rejects.toThrow(RangeError);
});
