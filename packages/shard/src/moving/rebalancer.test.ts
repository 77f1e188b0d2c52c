import { afterEach, expect, test } from 'vitest';
import { closeMovers, filledWorld, moverOf, partitioner, type World } from '../../test/moving-world.ts';
import { createRouter } from '../router/create-router.ts';
import type { MemoryClient } from '../testing/index.ts';
import type { TopologyStore } from '../topology/topology-store.ts';
import type { DataAdapter } from './data-adapter.ts';

afterEach(closeMovers);

async function phasesOf(world: World): Promise<readonly string[]> {
  const entries = await world.journal.read('job');
  const phases = entries.filter(({ moveId, step }) => moveId === 'job.0' && step === undefined);
  return phases.map(({ phase }) => phase);
}

test('moves a partition: rows, owner and term, and leaves the source until it is finished', async () => {
  const world = await filledWorld();
  const mover = moverOf(world, { batchRows: 3 });
  const report = await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(report).toEqual({
    jobId: 'job',
    ok: true,
    moves: [
      {
        ...{ moveId: 'job.0', partition: 0, from: 'a', to: 'c', phase: 'reversible' },
        ...{ rowsCopied: 10, rowsCaughtUp: 0, behindRows: 0, fencedMs: expect.any(Number), differences: 0 },
      },
    ],
  });
  expect(await world.router.refresh()).toMatchObject({ owners: ['c', 'b', 'a', 'b'], terms: [2, 1, 1, 1] });
  await world.put('0:new', 'after');
  expect(world.rows('c', 0)).toMatchObject({ '0:1': 1, '0:new': 'after' });
  const finished = await world.settled(mover.finish('job', { force: true }));
  expect(finished.moves).toMatchObject([{ phase: 'done' }]);
  expect(await phasesOf(world)).toEqual([
    ...['dual-write', 'copy', 'catch-up', 'verify', 'cutover', 'reversible'],
    'done',
  ]);
  expect(world.rows('a', 0)).toEqual({});
  expect(Object.keys(world.rows('c', 0))).toHaveLength(11);
  expect((await world.router.refresh()).moves).toEqual([]);
  for (const shard of ['a', 'c']) expect(world.shards.inspect(shard, 0).captures).toEqual([]);
});

test('cleans up within run where the source is not to be kept', async () => {
  const world = await filledWorld();
  const report = await world.settled(moverOf(world, { keepSourceMs: 0 }).run(await world.plan([0, 'c'])));
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'done' }] });
  expect(world.rows('a', 0)).toEqual({});
});

test('every line is written down before it is acted', async () => {
  const world = await filledWorld();
  const events: string[] = [];
  const noting = <T extends object>(target: T, name: (method: string, args: readonly unknown[]) => string): T =>
    new Proxy(target, {
      get: (_, method) => {
        const value: unknown = Reflect.get(target, method, target);
        if (typeof value !== 'function') return value;
        return (...args: readonly unknown[]) => {
          events.push(name(String(method), args));
          return Reflect.apply(value, target, args);
        };
      },
    });
  const journal = noting(world.journal, (method, [entry]) => {
    const { phase, step } = (entry ?? {}) as { readonly phase?: string; readonly step?: string };
    return method === 'append' ? [phase, step].filter((each) => each !== undefined).join(' ') : method;
  });
  const adapter = noting(world.shards.adapter, (method, [at]) => `${(at as { shard: string }).shard}.${method}`);
  const mover = moverOf(world, { journal, adapter, batchRows: 8, keepSourceMs: 0 });
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(events).toEqual([
    ...['read', 'read', 'planned job', 'planned took-over', 'a.claim', 'c.claim'],
    ...['dual-write', 'c.fence', 'a.startCapture'],
    // A batch is read ahead: reading is no act.
    ...['copy', 'a.scan', 'a.scan', 'c.apply', 'copy batch', 'c.apply'],
    ...['catch-up', 'a.changes', 'verify', 'a.digest', 'c.digest'],
    ...[
      'cutover',
      'c.startCapture',
      'c.lowestTerm',
      'cutover fence',
      'a.fence',
      'a.changes',
      'a.digest',
      'c.digest',
      'cutover switch',
    ],
    ...['reversible', 'cleanup', 'cleanup took-over', 'a.claim', 'c.claim'],
    ...['c.stopCapture', 'a.stopCapture', 'a.purge', 'a.purge', 'a.purge', 'done'],
  ]);
});

test('finish waits for the window, unless it is forced', async () => {
  const world = await filledWorld();
  const mover = moverOf(world, { keepSourceMs: 60_000 });
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(await world.settled(mover.finish('job'))).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
  expect(world.rows('a', 0)).not.toEqual({});
  await world.clock.advance(60_000);
  expect(await world.settled(mover.finish('job'))).toMatchObject({ ok: true, moves: [{ phase: 'done' }] });
  expect(world.rows('a', 0)).toEqual({});
});

test('brings back what was written since, when a switch is reversed: ten thousand writes', async () => {
  const world = await filledWorld();
  const mover = moverOf(world);
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  const writes = 10_000;
  for (let write = 0; write < writes; write += 1) {
    const key = `0:${write % 700}`;
    if (write % 11 === 0) await world.router.write(key, (client) => client.delete(key));
    else await world.router.write(key, (client) => client.put(key, `later ${write}`));
  }
  const expected = world.rows('c', 0);
  const report = await world.settled(mover.reverse('job'));
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversed', differences: 0 }] });
  expect(world.rows('a', 0)).toEqual(expected);
  expect(world.rows('c', 0)).toEqual({});
  expect(await world.router.refresh()).toMatchObject({ owners: ['a', 'b', 'a', 'b'], moves: [] });
  await world.put('0:2', 'at home');
  expect(world.rows('a', 0)['0:2']).toBe('at home');
});

test('a reversal that was killed is gone on with by resume; a switch is not taken back without one', async () => {
  const world = await filledWorld();
  const mover = moverOf(world);
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  const dead: DataAdapter = { ...world.shards.adapter, digest: () => Promise.reject(new Error('gone')) };
  await world.settled(moverOf(world, { adapter: dead, retry: { attempts: 1 } }).reverse('job'));
  expect(await mover.status('job')).toMatchObject({ ok: false, moves: [{ phase: 'failed' }] });
  await world.put('0:1', 'meanwhile');
  expect(world.rows('c', 0)['0:1']).toBe('meanwhile');
  expect(await world.settled(mover.resume('job'))).toMatchObject({ ok: true, moves: [{ phase: 'reversed' }] });
  expect(world.rows('a', 0)['0:1']).toBe('meanwhile');
});

test('is not reversible any more once its clean-up has begun', async () => {
  const world = await filledWorld();
  const mover = moverOf(world);
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  const stuck: DataAdapter = { ...world.shards.adapter, purge: () => Promise.reject(new Error('gone')) };
  const finished = moverOf(world, { adapter: stuck, retry: { attempts: 1 } }).finish('job', { force: true });
  expect(await world.settled(finished)).toMatchObject({ ok: false, moves: [{ phase: 'failed' }] });
  const { epoch } = await world.router.refresh();
  await expect(mover.reverse('job')).rejects.toMatchObject({ code: 'XC_SHARD_NOT_REVERSIBLE' });
  expect((await world.router.refresh()).epoch).toBe(epoch);
  expect(await world.settled(mover.resume('job'))).toMatchObject({ ok: true, moves: [{ phase: 'done' }] });
  await expect(mover.reverse('job')).rejects.toMatchObject({ code: 'XC_SHARD_NOT_REVERSIBLE' });
});

test('clean-up spares a partition that was moved back meanwhile: the topology says who owns it', async () => {
  const world = await filledWorld();
  const mover = moverOf(world);
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  const now = await world.router.refresh();
  const back = {
    ...now,
    epoch: now.epoch + 1,
    owners: ['a', ...now.owners.slice(1)],
    terms: [3, ...now.terms.slice(1)],
  };
  expect(await world.store.cas(back, now.epoch)).toBe(true);
  const report = await world.settled(mover.finish('job', { force: true }));
  expect(report.moves).toMatchObject([{ phase: 'failed', error: { code: 'XC_SHARD_TOPOLOGY_CONFLICT' } }]);
  expect(Object.keys(world.rows('a', 0))).toHaveLength(10);
});

test('clean-up that is under way stops where the topology gives the partition back', async () => {
  const world = await filledWorld();
  await world.settled(moverOf(world).run(await world.plan([0, 'c']), { jobId: 'job' }));
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async purge(at, limit, signal) {
      const purged = await world.shards.adapter.purge(at, limit, signal);
      const now = await world.router.refresh();
      const owners = ['a', ...now.owners.slice(1)];
      await world.store.cas({ ...now, epoch: now.epoch + 1, owners, terms: [9, ...now.terms.slice(1)] }, now.epoch);
      return purged;
    },
  };
  const report = await world.settled(moverOf(world, { adapter, batchRows: 3 }).finish('job', { force: true }));
  expect(report.moves).toMatchObject([{ phase: 'failed', error: { code: 'XC_SHARD_TOPOLOGY_CONFLICT' } }]);
  expect(Object.keys(world.rows('a', 0))).toHaveLength(7);
});

test('abort empties the targets of moves that are not switched, and leaves the others', async () => {
  const world = await filledWorld();
  for (let id = 0; id < 4; id += 1) await world.put(`1:${id}`, id);
  const failing: DataAdapter = {
    ...world.shards.adapter,
    scan: async (at, after, limit, signal) => {
      if (at.partition === 0 && after !== undefined) throw new Error('gone');
      return await world.shards.adapter.scan(at, after, limit, signal);
    },
  };
  const mover = moverOf(world, { adapter: failing, batchRows: 5 });
  const plan = await world.plan([0, 'c'], [1, 'd']);
  const report = await world.settled(mover.run(plan, { jobId: 'job' }));
  expect(report).toMatchObject({ ok: false, moves: [{ phase: 'failed' }, { phase: 'reversible' }] });
  expect(Object.keys(world.rows('c', 0))).toHaveLength(5);
  const aborted = await world.settled(moverOf(world).abort('job'));
  expect(aborted).toMatchObject({ ok: true, moves: [{ phase: 'aborted' }, { phase: 'reversible' }] });
  expect(world.rows('c', 0)).toEqual({});
  expect(Object.keys(world.rows('a', 0))).toHaveLength(10);
  expect(world.shards.inspect('a', 0).captures).toEqual([]);
  expect(await world.router.refresh()).toMatchObject({ owners: ['a', 'd', 'a', 'b'], moves: [{ moveId: 'job.1' }] });
});

test('what is written at a target flows back while the process lives, also after the window', async () => {
  const world = await filledWorld();
  let told = 0;
  const onProgress = () => {
    told += 1;
  };
  const mover = moverOf(world, { keepSourceMs: 5_000, onProgress });
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  const before = told;
  await world.clock.advance(4_000);
  // Where nothing is written, there is nothing to tell.
  expect(told).toBe(before);
  for (const value of ['within', 'behind']) {
    await world.put('0:1', value);
    await world.clock.advance(3_000);
    expect(world.rows('a', 0)['0:1']).toBe(value);
    expect(world.shards.inspect('c', 0).pending).toBe(0);
    await world.clock.advance(5_000);
  }
  await world.settled(Promise.resolve(mover[Symbol.asyncDispose]()));
  await world.put('0:1', 'alone');
  await world.clock.advance(3_000);
  expect(world.rows('a', 0)['0:1']).toBe('behind');
  await world.settled(moverOf(world).resume('job'));
  await world.clock.advance(3_000);
  expect(world.rows('a', 0)['0:1']).toBe('alone');
});

test('an empty partition, one row, and keys of all kinds move as any other', async () => {
  const world = await filledWorld();
  const odd = [
    '0:__proto__',
    '0:constructor',
    "0:'; drop table",
    '0:"',
    '0:42',
    '0:é\u0301\u{1F600}',
    `0:${'k'.repeat(1_000)}`,
  ];
  for (const key of odd) await world.put(key, { key, bytes: new Uint8Array(300) });
  await world.put('2:only', 1);
  const report = await world.settled(
    moverOf(world, { batchRows: 2 }).run(await world.plan([0, 'c'], [2, 'd'], [1, 'd'])),
  );
  expect(report).toMatchObject({ ok: true, moves: [{ rowsCopied: 17 }, { rowsCopied: 1 }, { rowsCopied: 0 }] });
  expect(world.rows('c', 0)).toEqual(world.rows('a', 0));
  expect(Object.keys(world.rows('c', 0))).toEqual(expect.arrayContaining(odd));
  expect((await world.router.refresh()).owners).toEqual(['c', 'd', 'd', 'b']);
});

test('a row that is deleted while its copy is in flight is deleted at the target', async () => {
  const world = await filledWorld();
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async apply(at, changes, signal) {
      if (changes.some(({ key, row }) => key === '0:1' && row !== undefined) && world.rows('a', 0)['0:1'] === 1) {
        await world.router.write('0:1', (client) => client.delete('0:1'));
      }
      await world.shards.adapter.apply(at, changes, signal);
    },
  };
  const report = await world.settled(moverOf(world, { adapter }).run(await world.plan([0, 'c'])));
  expect(report).toMatchObject({ ok: true, moves: [{ differences: 0, rowsCaughtUp: 1 }] });
  expect(world.rows('c', 0)).not.toHaveProperty('0:1');
  expect(Object.keys(world.rows('c', 0))).toHaveLength(9);
});

test('a router that has missed every message is refused by the data, looks again, and writes once, on the new owner', async () => {
  const world = await filledWorld();
  const { store, clock, shards } = world;
  const watch: TopologyStore['watch'] = async () => ({ close: async () => undefined });
  const deaf: TopologyStore = { ...store, watch };
  const routing = { partitioner, store: deaf, connect: shards.connect, clock, refreshMs: 2 ** 31 - 1 };
  const stale = await createRouter<MemoryClient>(routing);
  const mover = moverOf(world);
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  await clock.advance(60_000);
  expect(stale.locate('0:1').shard).toBe('a');
  const calls: string[] = [];
  const writing = stale.write('0:1', async (client, { shard }) => {
    calls.push(shard);
    await client.put('0:1', 'late');
  });
  await world.settled(writing);
  expect(calls).toEqual(['a', 'c']);
  expect(world.rows('c', 0)['0:1']).toBe('late');
  await stale[Symbol.asyncDispose]();
});
