import { constantBackoff, isXcError } from '@xc/core';
import { afterEach, expect, test } from 'vitest';
import { closeMovers, filledWorld, moverOf, partitioner } from '../../../test/moving-world.ts';
import { createRouter, memoryTopologyStore } from '../../index.ts';
import type { MemoryClient } from '../../testing/index.ts';
import type { Topology } from '../../topology/topology.ts';
import type { DataAdapter } from '../data-adapter.ts';

afterEach(closeMovers);

test('a mover that wakes with a batch in hand after its successor has switched cannot put an old row over a new one', async () => {
  const world = await filledWorld();
  let wake = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    wake = resolve;
  });
  let isStopped = false;
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async apply(at, changes, signal) {
      if (!isStopped) {
        isStopped = true;
        await stopped;
      }
      return await world.shards.adapter.apply(at, changes, signal);
    },
  };
  const first = moverOf(world, { adapter }).run(await world.plan([0, 'c']), { jobId: 'job' });
  first.catch(() => undefined);
  await world.clock.advance(100);
  expect(isStopped).toBe(true);
  await world.settled(moverOf(world).resume('job'));
  await world.put('0:1', 'written after the switch');
  wake();
  await expect(world.settled(first)).rejects.toMatchObject({ code: 'XC_SHARD_MOVER_SUPERSEDED' });
  expect(world.rows('c', 0)['0:1']).toBe('written after the switch');
});

test('a batch whose outcome is not known is shut out before the move goes on', async () => {
  const world = await filledWorld();
  const late: Promise<unknown>[] = [];
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async apply(at, changes, signal) {
      if (late.length > 0) return await world.shards.adapter.apply(at, changes, signal);
      // The connection breaks, and the database does it all the same, much later.
      const own = new AbortController().signal;
      late.push(world.clock.sleep(5_000).then(() => world.shards.adapter.apply(at, changes, own)));
      late[0]?.catch(() => undefined);
      throw new Error('connection reset');
    },
  };
  const mover = moverOf(world, { adapter });
  const report = await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(report).toMatchObject({ ok: true });
  await world.put('0:1', 'new');
  await world.clock.advance(10_000);
  const [outcome] = await Promise.allSettled(late);
  expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'XC_SHARD_MOVER_SUPERSEDED' } });
  expect(world.rows('c', 0)['0:1']).toBe('new');
  const retakes = (await world.journal.read('job')).filter(({ step }) => step === 'took-over');
  expect(retakes.map(({ moveId }) => moveId)).toEqual([undefined, 'job.0']);
});

test('taking a job is an epoch of its own, written down, and carried by its moves', async () => {
  const world = await filledWorld();
  const mover = moverOf(world);
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect((await world.router.refresh()).moves).toMatchObject([{ moveId: 'job.0', mover: 2, phase: 'reversible' }]);
  const { epoch } = world.router.topology;
  await world.settled(mover.resume('job'));
  expect((await world.router.refresh()).moves).toMatchObject([{ mover: epoch + 1 }]);
  expect(world.router.topology.epoch).toBe(epoch + 1);
  expect(world.shards.inspect('a', 0).mover).toBe(epoch + 1);
  expect(world.shards.inspect('c', 0).mover).toBe(epoch + 1);
  const taken = (await world.journal.read('job')).filter(({ step }) => step === 'took-over');
  expect(taken.map(({ facts }) => facts)).toEqual([
    { mover: 2, by: 'run' },
    { mover: epoch + 1, by: 'resume' },
  ]);
});

test('of two movers that take a job at the same moment one goes on, and the other ends with what happened to it', async () => {
  const world = await filledWorld();
  const plan = await world.plan([0, 'c']);
  const failing = { ...world.shards.adapter, scan: () => Promise.reject(new Error('disk full')) };
  await world.settled(moverOf(world, { adapter: failing, retry: { attempts: 1 } }).run(plan, { jobId: 'job' }));
  const both = [moverOf(world).resume('job'), moverOf(world).resume('job')];
  const outcomes = await world.settled(Promise.allSettled(both));
  const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  expect(lost).toHaveLength(1);
  expect(isXcError(lost[0])).toBe(true);
  expect(['XC_SHARD_JOURNAL_CONFLICT', 'XC_SHARD_MOVER_SUPERSEDED']).toContain(lost[0].code);
  expect(await moverOf(world).status('job')).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
});

test.for(['a', 'c'])('a mover that wakes when all is over leaves nothing noted behind, at %s', async (shard) => {
  const world = await filledWorld();
  const pause = pausedCapture(world.shards.adapter, shard);
  const first = moverOf(world, { adapter: pause.adapter }).run(await world.plan([0, 'c']), { jobId: 'job' });
  await world.settled(pause.reached);
  const successor = moverOf(world);
  await world.settled(successor.resume('job'));
  await world.settled(successor.finish('job', { force: true }));
  pause.wake();
  await expect(world.settled(first)).rejects.toMatchObject({ code: 'XC_SHARD_MOVER_SUPERSEDED' });
  for (const each of ['a', 'c']) expect(world.shards.inspect(each, 0).captures).toEqual([]);
  expect((await successor.repair()).findings).toEqual([]);
});

test('a mover that wakes leaves to its successor what that needs noted', async () => {
  const world = await filledWorld();
  const pause = pausedCapture(world.shards.adapter, 'a');
  const first = moverOf(world, { adapter: pause.adapter }).run(await world.plan([0, 'c']), { jobId: 'job' });
  await world.settled(pause.reached);
  let isWoken = false;
  const waking: DataAdapter = {
    ...world.shards.adapter,
    async scan(at, after, limit, signal) {
      const page = await world.shards.adapter.scan(at, after, limit, signal);
      if (isWoken) return page;
      isWoken = true;
      pause.wake();
      await expect(first).rejects.toMatchObject({ code: 'XC_SHARD_MOVER_SUPERSEDED' });
      await world.put('0:1', 'written while it was copied');
      return page;
    },
  };
  const report = await world.settled(moverOf(world, { adapter: waking }).resume('job'));
  expect(report).toMatchObject({ ok: true, moves: [{ differences: 0, rowsCaughtUp: 1 }] });
  expect(world.rows('c', 0)['0:1']).toBe('written while it was copied');
});

/** Stops whoever lets a shard note what changes, just before that. */
function pausedCapture(adapter: DataAdapter, shard: string) {
  let reach: () => void = () => undefined;
  let wake: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });
  const pausing: DataAdapter = {
    ...adapter,
    async startCapture(at, signal) {
      if (at.shard === shard) {
        reach();
        await woken;
      }
      await adapter.startCapture(at, signal);
    },
  };
  return { adapter: pausing, reached, wake: () => wake() };
}

test('the target refuses stray writes as soon as a move begins', async () => {
  const world = await filledWorld();
  const failing = { ...world.shards.adapter, scan: () => Promise.reject(new Error('disk full')) };
  const mover = moverOf(world, { adapter: failing, retry: { attempts: 1 } });
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  const stray = world.shards.connect({ id: 'c' }, { partition: 0, term: 1 });
  await expect(stray.put('0:stray', 1)).rejects.toMatchObject({ code: 'XC_SHARD_FENCED' });
});

test('a router that does not know of a move cannot write past its mirror', async () => {
  const world = await filledWorld({ capture: 'mirror' });
  // A store that stands still: what a router sees that misses every message.
  const frozen = memoryTopologyStore(await world.store.load());
  const stale = await createRouter<MemoryClient>({
    ...{ partitioner, store: frozen, connect: world.shards.connect, clock: world.clock, mirror: world.shards.adapter },
    ...{ bufferMs: 100, healFenceMs: 10_000 },
  });
  let isTried = false;
  const adapter: DataAdapter = {
    ...world.shards.adapter,
    async scan(at, after, limit, signal) {
      const page = await world.shards.adapter.scan(at, after, limit, signal);
      if (!isTried) {
        isTried = true;
        const writing = stale.write('0:1', (client) => client.put('0:1', 'unmarked'));
        await expect(writing).rejects.toMatchObject({ code: 'XC_SHARD_CUTOVER_TIMEOUT' });
      }
      return page;
    },
  };
  const report = await world.settled(moverOf(world, { adapter }).run(await world.plan([0, 'c'])));
  expect(report).toMatchObject({ ok: true, moves: [{ differences: 0 }] });
  expect(isTried).toBe(true);
  expect(world.rows('c', 0)).toEqual(world.rows('a', 0));
  await stale[Symbol.asyncDispose]();
});

test('abort lets writers go on at once where the mover has died with the fence closed', async () => {
  const world = await filledWorld({}, { healFenceMs: 60_000, bufferMs: 120_000 });
  const dying: DataAdapter = {
    ...world.shards.adapter,
    // Never answers while the fence is closed.
    digest: (at, buckets, signal) =>
      world.shards.inspect('a', 0).minTerm > 1
        ? new Promise(() => undefined)
        : world.shards.adapter.digest(at, buckets, signal),
  };
  const first = moverOf(world, { adapter: dying, fenceMs: 1_000_000 }).run(await world.plan([0, 'c']), {
    jobId: 'job',
  });
  first.catch(() => undefined);
  await world.clock.advance(100);
  expect(world.shards.inspect('a', 0).minTerm).toBe(2);
  // The target is gone as well: writers do not wait for that.
  world.shards.stop('c');
  const retry = { attempts: 2, backoff: constantBackoff(10) };
  expect(await world.settled(moverOf(world, { retry }).abort('job'))).toMatchObject({ moves: [{ phase: 'failed' }] });
  const began = world.clock.monotonic();
  await world.put('0:1', 'goes on');
  expect(world.clock.monotonic() - began).toBeLessThan(200);
  expect(world.rows('a', 0)['0:1']).toBe('goes on');
  world.shards.start('c');
  const report = await world.settled(moverOf(world).resume('job'));
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'aborted' }] });
  expect(world.rows('c', 0)).toEqual({});
  expect(await world.store.load()).toMatchObject({ moves: [], owners: ['a', 'b', 'a', 'b'] });
  expect(world.shards.inspect('a', 0).captures).toEqual([]);
});

test('a topology that has lost the last writes is followed as far as it can be: a switch is made again, behind its fence', async () => {
  const world = await filledWorld();
  let before = await world.store.load();
  const store = {
    ...world.store,
    async cas(next: Topology, expected: number) {
      const stored = await world.store.cas(next, expected);
      // The last topology in which the partition was still on its way.
      if (stored && next.owners[0] === 'a') before = next;
      return stored;
    },
  };
  await world.settled(moverOf(world, { store }).run(await world.plan([0, 'c']), { jobId: 'job' }));
  const older = memoryTopologyStore(before);
  expect((await older.load())?.owners[0]).toBe('a');
  await world.put('0:1', 'written at the target');
  const resumed = await world.settled(moverOf(world, { store: older }).resume('job'));
  expect(resumed).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
  expect(await older.load()).toMatchObject({ owners: ['c', 'b', 'a', 'b'], terms: [2, 1, 1, 1] });
  expect(world.rows('c', 0)['0:1']).toBe('written at the target');
  // Writers have gone on at the source since: both sides are brought together, and the move goes on.
  const { epoch, terms, ...rest } = before as Topology;
  const healed = memoryTopologyStore({ ...rest, epoch: epoch + 1, terms: [2, ...terms.slice(1)] });
  const again = await world.settled(moverOf(world, { store: healed }).resume('job'));
  expect(again).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
  expect((await healed.load())?.owners[0]).toBe('c');
  expect(world.rows('c', 0)['0:1']).toBe('written at the target');
});
