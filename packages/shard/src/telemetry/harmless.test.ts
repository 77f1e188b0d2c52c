import { constantBackoff, type Logger, type Meter } from '@xc/core';
import { MemoryLogger } from '@xc/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closeMovers, filledWorld, moverOf } from '../../test/moving-world.ts';
import type { DataAdapter } from '../moving/data-adapter.ts';

const unheard: unknown[] = [];
const note = (reason: unknown): void => void unheard.push(reason);
beforeEach(() => {
  unheard.length = 0;
  process.on('unhandledRejection', note);
});
afterEach(async () => {
  await closeMovers();
  process.off('unhandledRejection', note);
});

const fails = (): never => {
  throw new Error('a mistake of the caller');
};
const rejects = async (): Promise<void> => fails();
const loggerOf = (method: () => unknown): Logger => {
  const logger = { trace: method, debug: method, info: method, warn: method, error: method, fatal: method };
  return { ...logger, child: () => loggerOf(method) } as Logger;
};
const meter: Meter = {
  counter: () => ({ at: () => ({ inc: fails }) }),
  gauge: () => ({ at: () => ({ set: fails, add: fails }) }),
  histogram: () => ({ at: fails }),
};

test.for([
  ['a logger that throws', { logger: loggerOf(fails) }],
  ['a logger that rejects', { logger: loggerOf(rejects) }],
  ['a meter that throws', { meter }],
  ['progress that throws', { onProgress: fails }],
  ['progress that rejects', { onProgress: rejects }],
] as const)('%s decides about no move, neither a good one nor one that fails', async ([, told]) => {
  const world = await filledWorld();
  const options = { retry: { attempts: 2, backoff: constantBackoff(1) }, ...told };
  const adapter: DataAdapter = { ...world.shards.adapter, scan: async () => fails() };
  const failing = moverOf(world, { ...options, adapter });
  const failed = await world.settled(failing.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(failed.moves).toMatchObject([{ phase: 'failed', error: { message: 'a mistake of the caller' } }]);
  await world.settled(failing[Symbol.asyncDispose]() as Promise<void>);
  const good = await world.settled(moverOf(world, { ...options, keepSourceMs: 0 }).resume('job'));
  expect(good.moves).toMatchObject([{ phase: 'done' }]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(unheard).toEqual([]);
});

test('progress that fails is logged', async () => {
  const world = await filledWorld();
  const logger = new MemoryLogger();
  const mover = moverOf(world, { logger, onProgress: rejects });
  await world.settled(mover.run(await world.plan([0, 'c']), { jobId: 'job' }));
  expect(logger.find({ message: 'onProgress has failed; the move goes on' })[0]?.fields).toMatchObject({
    moveId: 'job.0',
  });
});

test('a router goes on with a heat that throws, and says so once', async () => {
  const logger = new MemoryLogger();
  const heat = { record: fails, skew: fails, topKeys: fails, topPartitions: fails, costs: fails };
  const world = await filledWorld({}, { logger, heat });
  await world.put('0:1', 'goes on');
  expect(await world.router.read('0:1', (client) => client.get('0:1'))).toBe('goes on');
  await world.clock.advance(3_000);
  expect(logger.find({ message: 'heat could not be counted' })).toHaveLength(1);
});

test('a router goes on with a logger that throws while its store is away', async () => {
  const world = await filledWorld({}, { logger: loggerOf(fails), refreshMs: 1_000 });
  const { load } = world.store;
  Object.assign(world.store, { load: async () => fails() });
  await world.clock.advance(3_000);
  await world.put('0:1', 'goes on');
  expect(world.rows('a', 0)['0:1']).toBe('goes on');
  await expect(world.router.refresh()).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE' });
  Object.assign(world.store, { load });
  expect((await world.router.refresh()).epoch).toBe(1);
  expect(unheard).toEqual([]);
});
