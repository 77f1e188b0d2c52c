import { afterEach, expect, test } from 'vitest';
import { movingWorld } from '../../test/moving-world.ts';
import type { Rebalancer } from './rebalancer.ts';

const opened: Rebalancer[] = [];
afterEach(async () => {
  for (const rebalancer of opened.splice(0)) await rebalancer[Symbol.asyncDispose]();
});

test('moves a partition: rows, owner and term, and leaves the source until it is finished', async () => {
  const world = await movingWorld();
  for (let id = 0; id < 30; id += 1) await world.put(`0:${id}`, id);
  const mover = world.rebalancer({ batchRows: 7 });
  opened.push(mover);
  const report = await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(report).toMatchObject({ jobId: 'job', ok: true });
  expect(report.moves).toMatchObject([{ moveId: 'job.0', phase: 'reversible', rowsCopied: 30, differences: 0 }]);
  expect((await world.router.refresh()).owners[0]).toBe('c');
  expect(Object.keys(world.rows('c', 0))).toHaveLength(30);
  await world.put('0:new', 'after');
  expect(world.rows('c', 0)['0:new']).toBe('after');
  expect(Object.keys(world.rows('a', 0))).toHaveLength(30);
  const finished = await world.settled(mover.finish('job', { force: true }));
  expect(finished.moves).toMatchObject([{ phase: 'done' }]);
  expect(world.rows('a', 0)).toEqual({});
  expect(Object.keys(world.rows('c', 0))).toHaveLength(31);
  expect((await world.router.refresh()).moves).toEqual([]);
  expect(world.shards.inspect('c', 0).captures).toEqual([]);
});

test('brings back what was written since, when a switch is reversed', async () => {
  const world = await movingWorld();
  for (let id = 0; id < 30; id += 1) await world.put(`0:${id}`, id);
  const mover = world.rebalancer();
  opened.push(mover);
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  await world.put('0:1', 'later');
  const report = await world.settled(mover.reverse('job'));
  expect(report.moves).toMatchObject([{ phase: 'reversed' }]);
  expect(world.rows('a', 0)['0:1']).toBe('later');
  expect(world.rows('c', 0)).toEqual({});
  await world.put('0:2', 'at home');
  expect(world.rows('a', 0)['0:2']).toBe('at home');
});
