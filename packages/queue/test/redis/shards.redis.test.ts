import { randomUUID } from 'node:crypto';
import { isXcError } from '@xc/core';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { engineOf } from '../../src/engine/engine-of.ts';
import { createQueue, type QueueOptions } from '../../src/index.ts';
import { type RedisEngineOptions, redisEngine } from '../../src/redis/index.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

/** A queue over several shards of one server. */
function sharded(shards: number, options: QueueOptions = {}, engine: RedisEngineOptions = {}) {
  const name = `q-${randomUUID().slice(0, 8)}`;
  return createQueue(name, { ...options, engine: redisEngine(client, { shards, deadlineMs: 20_000, ...engine }) });
}

const items = (count: number, options = {}) =>
  Array.from({ length: count }, (_, data) => ({ type: 't', data, options }));

test.each([
  { what: 'nothing is said', keep: undefined },
  { what: 'only the dead are spoken of', keep: { dead: { count: 5 } } },
  { what: 'so many are asked for', keep: { done: { count: 1000 } } },
])('keeps a thousand done jobs, those of all shards together, where $what', async ({ keep }) => {
  await using queue = sharded(4, { keep });
  await queue.addMany(items(2400));
  const worker = queue.work(() => {}, { concurrency: 100 });
  await eventually('all are done', async () => (await queue.counts()).totals.done === 2400);
  await worker.stop();
  expect((await queue.counts()).done).toBe(1000);
});

test.each([
  [2, 10],
  [4, 10],
  [8, 10],
  [4, 1],
  [4, 50],
])('gives every lane its share, over %i shards and %i at once', async (shards, concurrency) => {
  await using queue = sharded(shards);
  const weights = { high: 8, normal: 4, low: 1 };
  for (const lane of Object.keys(weights)) await queue.addMany(items(1500, { lane }));
  const started: string[] = [];
  const worker = queue.work(({ lane }) => void started.push(lane), { concurrency });
  await eventually('enough have started', () => started.length >= 1000, { everyMs: 2 });
  await worker.stop();
  let worst = 0;
  for (let from = 0; from + 100 <= 1000; from += 1) {
    const hundred = started.slice(from, from + 100);
    for (const [lane, weight] of Object.entries(weights)) {
      const share = hundred.filter((each) => each === lane).length;
      worst = Math.max(worst, Math.abs(share - (100 * weight) / 13));
    }
  }
  expect(worst, started.map(([letter]) => letter).join('')).toBeLessThanOrEqual(10);
});

describe('bounds what waits in all shards together', () => {
  const refused = { code: 'XC_QUEUE_FULL' };

  test.each([
    ['of one key', { key: 'k' }],
    ['without a key', {}],
    ['that are delayed', { delayMs: 60_000 }],
  ])('where jobs %s are added one after the other', async (_, options) => {
    await using queue = sharded(4, { maxWaiting: 20 });
    for (let turn = 0; turn < 20; turn += 1) await queue.add('t', turn, options);
    await expect(queue.add('t', 20, options)).rejects.toMatchObject(refused);
    const [first] = (await queue.list({ state: 'delayMs' in options ? 'delayed' : 'waiting', limit: 1 })).jobs;
    await queue.remove(first?.id as string);
    await queue.add('t', 20, options);
    await expect(queue.add('t', 21, options)).rejects.toMatchObject(refused);
  });

  test('where fewer may wait than there are shards', async () => {
    await using queue = sharded(4, { maxWaiting: 2 });
    for (const key of ['a', 'b']) await queue.add('t', 1, { key });
    for (const key of ['a', 'b', 'c', 'd', 'e'])
      await expect(queue.add('t', 1, { key })).rejects.toMatchObject(refused);
  });

  test('where they are added at once, the first ones of those that come together', async () => {
    await using queue = sharded(4, { maxWaiting: 100 });
    const outcomes = (await queue.addMany(items(70))).concat(await queue.addMany(items(70)));
    expect(outcomes.map((each) => isXcError(each, 'XC_QUEUE_FULL'))).toEqual(items(140).map(({ data }) => data >= 100));
    expect((await queue.counts()).waiting).toBe(100);
  });

  test('where many callers add at the same time', async () => {
    await using queue = sharded(4, { maxWaiting: 100 });
    let taken = 0;
    const caller = async () => {
      for (let turn = 0; turn < 10; turn += 1) {
        await queue.add('t', turn).then(
          () => {
            taken += 1;
          },
          () => {},
        );
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all(Array.from({ length: 30 }, caller));
    expect([taken, (await queue.counts()).waiting]).toEqual([100, 100]);
  });

  test('where a flow is added', async () => {
    await using queue = sharded(4, { maxWaiting: 10 });
    await queue.addMany(items(8));
    const node = (name: string) => ({ name, type: 't', data: 1 });
    await expect(queue.flow(['a', 'b', 'c'].map(node))).rejects.toMatchObject(refused);
    await queue.flow(['a', 'b'].map(node));
    await expect(queue.add('t', 1)).rejects.toMatchObject(refused);
  });
});

test.each(['f', 'g', 'h', 'i'])(
  'tells of the nodes of flow %s, not of jobs of their ids on other shards',
  async (id) => {
    await using queue = sharded(4);
    const ids = Array.from({ length: 12 }, (_, n) => `n${n}`);
    const nodes = ids.map((name) => ({ name, type: 't', data: 1, options: { id: name, delayMs: 60_000 } }));
    await queue.flow(nodes, { id });
    await queue.addMany(ids.map((same) => ({ type: 't', data: 1, options: { id: same } })));
    await queue.work(() => {}).idle();
    expect((await queue.counts()).totals.done).toBeGreaterThan(0);
    expect(await engineOf(queue)?.read('results', { ids, flow: id })).toEqual(ids.map(() => undefined));
  },
);

describe('a flow is on one shard', () => {
  const node = (name: string, options = {}) => ({ name, type: 't', data: 1, options });

  test('that of its keys, whatever its id, so that no two of a key run at once', async () => {
    await using queue = sharded(4, { perKey: { concurrency: 1 } });
    for (let n = 0; n < 20; n += 1) {
      await queue.add('t', 1, { key: 'k' });
      await queue.flow([node('a', { key: 'k' }), node('b', { key: 'k' }), node('c')], { id: `flow-${n}` });
    }
    let [running, most] = [0, 0];
    const worker = queue.work(
      async ({ key }) => {
        if (key === undefined) return;
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running -= 1;
      },
      { concurrency: 20 },
    );
    await worker.idle();
    expect([(await queue.counts()).totals.done, most]).toEqual([80, 1]);
  });

  test('and is refused where its keys are of several', async () => {
    await using queue = sharded(4);
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    await expect(queue.flow(keys.map((key) => node(key, { key })))).rejects.toThrow(
      /^keys in a flow must be of one of the 4 shards, got a and \w$/,
    );
    expect((await queue.counts()).totals.added).toBe(0);
  });

  test('and has no id that a job on another one has', async () => {
    await using queue = sharded(4);
    const ids = Array.from({ length: 8 }, (_, n) => `id-${n}`);
    await queue.addMany(ids.map((id) => ({ type: 't', data: 1, options: { id } })));
    for (const id of ids) {
      await expect(queue.flow([node('a', { id })], { id: `of ${id}` })).rejects.toThrow(
        `id of node a must be of no other job, got ${id}`,
      );
    }
    const twice = [node('a', { id: 'new' })];
    const [first, again] = [await queue.flow(twice, { id: 'f' }), await queue.flow(twice, { id: 'f' })];
    expect(again.jobs.a?.id).toBe(first.jobs.a?.id);
    expect((await queue.counts()).totals.added).toBe(9);
  });

  test('each in turn where nothing says which', async () => {
    await using queue = sharded(4);
    const flows = await Promise.all(Array.from({ length: 8 }, () => queue.flow([node('a')])));
    const shards = flows.map(({ id }) => Number.parseInt(id.slice(1), 36) % 64).sort();
    expect(shards).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });
});
