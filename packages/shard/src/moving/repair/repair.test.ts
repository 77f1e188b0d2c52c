import { afterEach, expect, test } from 'vitest';
import { closeMovers, filledWorld, moverOf, type World } from '../../../test/moving-world.ts';
import type { DataAdapter } from '../data-adapter.ts';

afterEach(closeMovers);

const never = new AbortController().signal;

async function change(
  world: World,
  edit: (topology: NonNullable<Awaited<ReturnType<World['store']['load']>>>) => object,
) {
  const topology = await world.store.load();
  if (topology === undefined) throw new Error('there is no topology');
  await world.store.cas({ ...topology, ...edit(topology), epoch: topology.epoch + 1 }, topology.epoch);
}

async function put(world: World, shard: string, rows: Readonly<Record<string, unknown>>): Promise<void> {
  const changes = Object.entries(rows).map(([key, value]) => ({ key, row: { key, value } }));
  await world.shards.adapter.apply({ shard, partition: 0, moveId: 'by hand', mover: 0 }, changes, never);
}

test('finds nothing where nothing is wrong, while a job rests in its window, and after it is over', async () => {
  const world = await filledWorld();
  const mover = moverOf(world);
  expect((await mover.repair()).findings).toEqual([]);
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect((await mover.repair()).findings).toEqual([]);
  await world.settled(mover.finish('job', { force: true }));
  expect((await mover.repair()).findings).toEqual([]);
});

test('finds a job without an end, and goes on with it', async () => {
  const world = await filledWorld();
  const failing: DataAdapter = { ...world.shards.adapter, scan: () => Promise.reject(new Error('disk full')) };
  const plan = await world.plan([0, 'c']);
  await world.settled(moverOf(world, { adapter: failing, retry: { attempts: 1 } }).run(plan, { jobId: 'job' }));
  const { findings, apply } = await moverOf(world).repair();
  expect(findings).toEqual([
    {
      ...{ kind: 'unfinished-job', partition: 0, shard: 'c', action: 'resume' },
      text: 'move job.0 from a to c has failed in copy',
    },
  ]);
  const reports = await world.settled(apply());
  expect(reports).toMatchObject([{ jobId: 'job', ok: true, moves: [{ phase: 'reversible' }] }]);
});

test('leaves to people a move whose partition is not where it begins: no resuming ends it', async () => {
  const world = await filledWorld();
  const plan = await world.plan([0, 'c']);
  const stale = { ...plan, moves: plan.moves.map((move) => ({ ...move, from: 'b' })) };
  const mover = moverOf(world);
  expect(await world.settled(mover.run(stale, { jobId: 'job' }))).toMatchObject({ ok: false });
  const { findings, apply } = await mover.repair();
  expect(findings).toEqual([
    {
      ...{ kind: 'unfinished-job', partition: 0, shard: 'c', action: 'manual' },
      text: 'move job.0 from b to c has failed in planned, and a owns its partition by now: abort the job',
    },
  ]);
  expect(await apply()).toEqual([]);
  await world.settled(mover.abort('job'));
  expect((await mover.repair()).findings).toEqual([]);
});

test('leaves to people whether a job that nobody has finished in time is finished or reversed', async () => {
  const world = await filledWorld();
  const mover = moverOf(world, { keepSourceMs: 1_000 });
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  await world.clock.advance(2_000);
  const { findings, apply } = await mover.repair();
  expect(findings).toMatchObject([{ kind: 'unfinished-job', partition: 0, shard: 'a', action: 'manual' }]);
  expect(await apply()).toEqual([]);
  expect(world.rows('a', 0)).not.toEqual({});
});

test('finds a move that no job accounts for, and drops it', async () => {
  const world = await filledWorld();
  const move = { moveId: 'gone.0', partition: 0, from: 'a', to: 'c', phase: 'copy', mover: 1 } as const;
  await change(world, () => ({ moves: [move] }));
  const { findings, apply } = await moverOf(world).repair();
  expect(findings).toMatchObject([{ kind: 'unexplained-move', partition: 0, shard: 'c', action: 'drop-move' }]);
  await apply();
  expect((await world.router.refresh()).moves).toEqual([]);
});

test('finds rows of a partition where it is not, and removes those that are at the owner as they are; others are told of and kept', async () => {
  const world = await filledWorld();
  await put(world, 'd', { '0:1': 'other', '0:2': 2, '0:3': 3, '0:lost': 'only here' });
  const { findings, apply } = await moverOf(world, { batchRows: 2 }).repair();
  const where = { partition: 0, shard: 'd' };
  expect(findings).toEqual([
    {
      ...{ kind: 'orphan-rows', ...where, action: 'purge' },
      text: '2 rows of partition 0 on d, which belongs to a; a has each of them as it is here, or newer',
    },
    {
      ...{ kind: 'different-rows', ...where, action: 'manual' },
      text: '1 rows of partition 0 on d, which belongs to a; a has another row for each of their keys, and nothing tells which is the newer',
    },
    {
      ...{ kind: 'missing-rows', ...where, action: 'manual' },
      text: '1 rows of partition 0 on d, which belongs to a, have no counterpart there: deleted since, or never brought over',
    },
  ]);
  await apply();
  expect(world.rows('d', 0)).toEqual({ '0:1': 'other', '0:lost': 'only here' });
  expect(world.rows('a', 0)).toMatchObject({ '0:1': 1, '0:2': 2, '0:3': 3 });
  expect((await moverOf(world).repair()).findings.map(({ kind }) => kind)).toEqual(['different-rows', 'missing-rows']);
});

test('keeps a row that has become another between being found and being removed', async () => {
  const world = await filledWorld();
  await put(world, 'd', { '0:1': 1, '0:2': 2 });
  const { apply } = await moverOf(world).repair();
  await put(world, 'd', { '0:1': 'other' });
  await apply();
  expect(world.rows('d', 0)).toEqual({ '0:1': 'other' });
});

test('what an adapter says of rows by their hashes comes before their values', async () => {
  const world = await filledWorld();
  await put(world, 'd', { '0:1': '1', '0:2': 'two' });
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async hashes(at, keys, signal) {
      const rows = await world.shards.adapter.read(at, keys, signal);
      return rows.map(({ key, value }) => ({ key, hash: String(value) }));
    },
  };
  const { findings, apply } = await moverOf(world, { adapter }).repair();
  expect(findings.map(({ kind }) => kind)).toEqual(['orphan-rows', 'different-rows']);
  await apply();
  expect(world.rows('d', 0)).toEqual({ '0:2': 'two' });
});

test('a version tells which of two rows is the older, and that one goes where it is not the owner’s', async () => {
  const world = await filledWorld({ capture: 'mirror' });
  const row = (id: number, version: bigint) => ({ key: `0:${id}`, row: { key: `0:${id}`, value: 'other', version } });
  const changes = [row(1, 1n), row(2, 1_000n)];
  await world.shards.adapter.apply({ shard: 'd', partition: 0, moveId: 'by hand', mover: 0 }, changes, never);
  const { findings, apply } = await moverOf(world).repair();
  expect(findings.map(({ kind }) => kind)).toEqual(['orphan-rows', 'different-rows']);
  await apply();
  expect(Object.keys(world.rows('d', 0))).toEqual(['0:2']);
  expect(world.rows('a', 0)).toMatchObject({ '0:1': 1, '0:2': 2 });
});

test('rows that a move explains are no orphans', async () => {
  const world = await filledWorld();
  const failing: DataAdapter = { ...world.shards.adapter, digest: () => Promise.reject(new Error('timeout')) };
  const plan = await world.plan([0, 'c']);
  await world.settled(moverOf(world, { adapter: failing, retry: { attempts: 1 } }).run(plan, { jobId: 'job' }));
  expect(Object.keys(world.rows('c', 0))).toHaveLength(10);
  const { findings } = await moverOf(world).repair();
  expect(findings.map(({ kind }) => kind)).toEqual(['unfinished-job']);
});

test('purges nothing that has become the owner’s since it was found', async () => {
  const world = await filledWorld();
  await put(world, 'd', { '0:1': 1 });
  const { apply } = await moverOf(world).repair();
  await change(world, ({ owners, terms }) => ({ owners: ['d', ...owners.slice(1)], terms: [9, ...terms.slice(1)] }));
  await apply();
  expect(world.rows('d', 0)).toEqual({ '0:1': 1 });
  expect(Object.keys(world.rows('a', 0))).toHaveLength(10);
});

test('finds capture that was left on, and ends it', async () => {
  const world = await filledWorld();
  await world.shards.adapter.startCapture({ shard: 'a', partition: 0, moveId: 'gone.0', mover: 0 }, never);
  const { findings, apply } = await moverOf(world).repair();
  expect(findings).toMatchObject([{ kind: 'capture-left-on', partition: 0, shard: 'a', action: 'stop-capture' }]);
  await apply();
  expect(world.shards.inspect('a', 0).captures).toEqual([]);
});

test('finds a fence above the term of its owner, and raises the term', async () => {
  const world = await filledWorld({}, { healFenceMs: 60_000, bufferMs: 120_000 });
  await world.shards.adapter.fence({ shard: 'a', partition: 0, moveId: 'gone.0', mover: 0 }, 7, never);
  await world.shards.adapter.fence({ shard: 'd', partition: 0, moveId: 'gone.0', mover: 0 }, 7, never);
  const { findings, apply } = await moverOf(world).repair();
  expect(findings).toMatchObject([{ kind: 'stuck-fence', partition: 0, shard: 'a', action: 'raise-term' }]);
  await apply();
  expect((await world.router.refresh()).terms[0]).toBe(7);
  expect(world.router.topology.owners[0]).toBe('a');
  await world.put('0:1', 'goes on');
  expect(world.rows('a', 0)['0:1']).toBe('goes on');
});

test('what cannot be looked at is for people, and explains what it may', async () => {
  const world = await filledWorld();
  await put(world, 'd', { '0:1': 1 });
  world.shards.stop('a');
  const read = async (jobId: string) => {
    if (jobId === 'torn') throw new Error('damaged');
    return await world.journal.read(jobId);
  };
  const journal = { ...world.journal, read, jobs: async () => ['torn'] };
  const move = { moveId: 'torn.2', partition: 2, from: 'a', to: 'c', phase: 'copy', mover: 1 } as const;
  await change(world, () => ({ moves: [move] }));
  const { findings, apply } = await moverOf(world, { journal }).repair();
  expect(findings.map(({ kind, shard }) => [kind, shard])).toEqual([
    ['manual', ''],
    ['manual', 'a'],
    ['manual', 'd'],
  ]);
  expect(await apply()).toEqual([]);
  expect(world.rows('d', 0)).toEqual({ '0:1': 1 });
});

test('what cannot be mended keeps nothing else from being mended', async () => {
  const world = await filledWorld();
  for (const moveId of ['gone.0', 'lost.0']) {
    await world.shards.adapter.startCapture({ shard: 'a', partition: 0, moveId, mover: 0 }, never);
  }
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async stopCapture(at, signal) {
      if (at.moveId === 'gone.0') throw new Error('not now');
      await world.shards.adapter.stopCapture(at, signal);
    },
  };
  const { apply } = await moverOf(world, { adapter }).repair();
  await expect(apply()).rejects.toThrow('not now');
  expect(world.shards.inspect('a', 0).captures).toEqual(['gone.0']);
});

test('rows are found of an adapter that cannot say what it keeps', async () => {
  const world = await filledWorld();
  await put(world, 'd', { '0:1': 1 });
  const { inspect: _, ...adapter } = world.shards.adapter;
  const { findings, apply } = await moverOf(world, { adapter }).repair();
  expect(findings).toMatchObject([{ kind: 'orphan-rows', partition: 0, shard: 'd', action: 'purge' }]);
  await apply();
  expect(world.rows('d', 0)).toEqual({});
});

test('a move that only its journal knows explains its rows, and begins anew', async () => {
  const world = await filledWorld();
  const failing: DataAdapter = { ...world.shards.adapter, digest: () => Promise.reject(new Error('timeout')) };
  const plan = await world.plan([0, 'c']);
  await world.settled(moverOf(world, { adapter: failing, retry: { attempts: 1 } }).run(plan, { jobId: 'job' }));
  // As after a failover of its store that has lost the last writes.
  await change(world, () => ({ moves: [] }));
  await world.shards.adapter.stopCapture({ shard: 'a', partition: 0, moveId: 'job.0', mover: 0 }, never);
  await world.put('0:1', 'noted by nobody');
  const { findings, apply } = await moverOf(world).repair();
  expect(findings.map(({ kind }) => kind)).toEqual(['unfinished-job']);
  expect(await world.settled(apply())).toMatchObject([{ ok: true, moves: [{ phase: 'reversible', differences: 0 }] }]);
  expect(world.rows('c', 0)['0:1']).toBe('noted by nobody');
});
