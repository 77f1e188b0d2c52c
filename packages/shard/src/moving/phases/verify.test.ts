import type { XcError } from '@xc/core';
import { RecordingMeter } from '@xc/core/testing';
import { afterEach, expect, test } from 'vitest';
import { closeMovers, filledWorld, moverOf, type World } from '../../../test/moving-world.ts';
import type { DataAdapter } from '../data-adapter.ts';

afterEach(closeMovers);

/** Rows at the target that nobody moved there, one that the source has, and some that it has not. */
async function foul(world: World): Promise<void> {
  const at = { shard: 'c', partition: 0, moveId: 'by hand', mover: 0 };
  const rows = ['0:1', '0:foreign', '0:strange'].map((key) => ({ key, row: { key, value: 'foul' } }));
  await world.shards.adapter.apply(at, rows, new AbortController().signal);
}

/** Never copies one row. */
function forgetful(world: World, forgotten: string): DataAdapter {
  return {
    ...world.shards.adapter,
    apply: (at, changes, signal) =>
      world.shards.adapter.apply(
        at,
        changes.filter(({ key }) => key !== forgotten),
        signal,
      ),
  };
}

test('rows that somebody else has put at the target are never merged: without repair the move fails, nothing is switched', async () => {
  const world = await filledWorld();
  await foul(world);
  const meter = new RecordingMeter();
  const mover = moverOf(world, { verify: { repair: false, rounds: 2 }, meter });
  const report = await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(report).toMatchObject({ ok: false, moves: [{ phase: 'failed', differences: 2 }] });
  const error = report.moves[0]?.error as { readonly code: string; readonly details: { readonly keys: string[] } };
  expect(error).toMatchObject({ code: 'XC_SHARD_VERIFY', details: { missing: 0, extra: 2, different: 0 } });
  expect(error.details.keys).toHaveLength(2);
  expect(JSON.stringify(await world.journal.read('job'))).not.toMatch(/foreign|strange|foul/);
  expect(meter.value('xc_shard_verify_differences_total', { kind: 'extra' })).toBe(2);
  expect((await world.router.refresh()).owners[0]).toBe('a');
  await world.put('0:2', 'goes on');
  expect(world.rows('a', 0)['0:2']).toBe('goes on');
});

test('with repair they are removed, and counted', async () => {
  const world = await filledWorld();
  await foul(world);
  const meter = new RecordingMeter();
  const report = await world.settled(moverOf(world, { meter }).run(await world.plan([0, 'c'])));
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible', differences: 2 }] });
  expect(world.rows('c', 0)).toEqual(world.rows('a', 0));
  expect(meter.value('xc_shard_move_rows_total', { kind: 'repaired' })).toBe(2);
});

test('they are removed where deletions leave tombstones as well', async () => {
  const world = await filledWorld({ capture: 'mirror' });
  const at = { shard: 'c', partition: 0, moveId: 'by hand', mover: 0 };
  const rows = [{ key: '0:foreign', row: { key: '0:foreign', value: 'foul', version: 99n } }];
  await world.shards.adapter.apply(at, rows, new AbortController().signal);
  const report = await world.settled(moverOf(world).run(await world.plan([0, 'c'])));
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible', differences: 1 }] });
  expect(world.rows('c', 0)).toEqual(world.rows('a', 0));
});

test('a row that does not arrive, whatever is tried, fails the move', async () => {
  const world = await filledWorld();
  const mover = moverOf(world, { adapter: forgetful(world, '0:3') });
  const report = await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(report.moves).toMatchObject([
    { phase: 'failed', error: { code: 'XC_SHARD_VERIFY', details: { missing: 1 } } },
  ]);
  expect((await world.router.refresh()).owners[0]).toBe('a');
  // Once the cause is gone, the same job goes on.
  const resumed = await world.settled(moverOf(world).resume('job'));
  expect(resumed).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
  expect(world.rows('c', 0)).toEqual(world.rows('a', 0));
});

test('names no more than twenty keys, and none that could be read back', async () => {
  const world = await filledWorld();
  for (let id = 0; id < 30; id += 1) await world.put(`0:more ${id}`, id);
  const adapter: DataAdapter = { ...world.shards.adapter, apply: async () => undefined };
  const report = await world.settled(moverOf(world, { adapter }).run(await world.plan([0, 'c'])));
  const error = report.moves[0]?.error as XcError;
  const details = error.details as { readonly keys: string[]; readonly missing: number };
  expect(details.missing).toBe(40);
  expect(details.keys).toHaveLength(20);
  expect(details.keys.every((key) => /^[0-9a-f]{16}$/.test(key))).toBe(true);
});

test('rows that are written all the while are no differences', async () => {
  const world = await filledWorld();
  let isOver = false;
  const writing = (async () => {
    for (let value = 0; !isOver; value += 1) {
      await world.router.write(`0:${value % 10}`, (client) => client.put(`0:${value % 10}`, `later ${value}`));
      await world.clock.sleep(1);
    }
  })();
  const slow: DataAdapter = {
    ...world.shards.adapter,
    async digest(at, buckets, signal) {
      await world.clock.sleep(at.shard === 'a' ? 2 : 7, signal);
      return await world.shards.adapter.digest(at, buckets, signal);
    },
  };
  const mover = moverOf(world, { adapter: slow, catchUpRows: 20, verify: { rounds: 1, repair: false } });
  const report = await world.settled(mover.run(await world.plan([0, 'c'])), 1);
  isOver = true;
  await world.settled(writing);
  expect(report).toMatchObject({ ok: true, moves: [{ phase: 'reversible', differences: 0 }] });
});
