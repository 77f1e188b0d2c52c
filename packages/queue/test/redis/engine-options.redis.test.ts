import { randomUUID } from 'node:crypto';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createQueue } from '../../src/index.ts';
import { redisEngine } from '../../src/redis/index.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());
const fresh = (): string => `q-${randomUUID().slice(0, 8)}`;

test('refuses other lanes and another number of shards than the queue has', async () => {
  const name = fresh();
  const queue = createQueue(name, { engine: redisEngine(client) });
  await queue.add('a', 1);
  const lanes = createQueue(name, { engine: redisEngine(client), lanes: ['fast', 'slow'] });
  await expect(lanes.add('a', 1)).rejects.toMatchObject({ code: 'XC_QUEUE_CONFIG_MISMATCH' });
  const shards = createQueue(name, { engine: redisEngine(client, { shards: 2 }) });
  await expect(shards.counts()).rejects.toMatchObject({ code: 'XC_QUEUE_CONFIG_MISMATCH' });
  for (const each of [queue, lanes, shards]) await each.close();
});

test('tells every process what happens, in order, where a stream of events is kept', async () => {
  const name = fresh();
  const engine = redisEngine(client, { events: { maxLen: 1_000 } });
  const queue = createQueue(name, { engine });
  const watching = createQueue(name, { engine: redisEngine(client, { events: { maxLen: 1_000 } }) });
  const seen: string[] = [];
  const subscription = watching.watch(
    {
      added: ({ id }) => void seen.push(`added ${id}`),
      started: ({ id }) => void seen.push(`started ${id}`),
      done: ({ id }) => void seen.push(`done ${id}`),
    },
    { scope: 'all' },
  );
  await watching.counts();
  await eventually('the watcher hears', async () => {
    await queue.add('a', 1);
    return seen.length > 0;
  });
  seen.length = 0;
  await queue.add('a', 1, { id: 'x' });
  await eventually('the add is told', () => seen.includes('added x'));
  const worker = queue.work(() => 1);
  await eventually('all is told', () => seen.includes('done x'));
  expect(seen.filter((each) => each.endsWith(' x'))).toEqual(['added x', 'started x', 'done x']);
  await subscription.close();
  await worker.stop();
  await queue.close();
  await watching.close();
});

test('lets adds wait for company where asked, in one call', async () => {
  const name = fresh();
  const queue = createQueue(name, { engine: redisEngine(client, { lingerMs: 20 }) });
  await queue.counts();
  const calls = async (): Promise<number> =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats'))?.[1] ?? 0);
  await queue.add('a', 0);
  const before = await calls();
  const adds = [];
  for (let n = 0; n < 5; n += 1) {
    adds.push(queue.add('a', n, { id: `j${n}` }));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await Promise.all(adds)).map(({ id }) => id)).toEqual(['j0', 'j1', 'j2', 'j3', 'j4']);
  expect((await calls()) - before).toBe(1);
  await queue.close();
});

test.each([
  [{ shards: 0 }, RangeError, 'shards must be an integer from 1 to 64, got 0'],
  [{ shards: 65 }, RangeError, 'shards must be'],
  [{ prefix: 'a{b' }, RangeError, 'prefix must be'],
  [{ deadlineMs: 0 }, RangeError, 'deadlineMs must be a positive number, got 0'],
  [{ onUnavailable: 'wait' }, RangeError, 'onUnavailable must be one of fail, buffer, got wait'],
  [{ durability: 'disk' }, RangeError, 'durability must be one of'],
  [{ lingerMs: -1 }, RangeError, 'lingerMs must be 0 or more, got -1'],
  [{ bufferMax: 1.5 }, RangeError, 'bufferMax must be'],
  [{ subscriber: 5 }, TypeError, 'subscriber must be a client of ioredis, got number'],
  [{ events: { maxLen: 0 } }, RangeError, 'events.maxLen must be'],
])('refuses the options %j', (options, kind, message) => {
  expect(() => redisEngine(client, options as never)).toThrow(kind as ErrorConstructor);
  expect(() => redisEngine(client, options as never)).toThrow(message as string);
});

test('refuses what is no client', () => {
  expect(() => redisEngine('redis://secret@host' as never)).toThrow('client must be a client of ioredis, got string');
});

test('refuses a rate that leaves a shard with nothing', async () => {
  const queue = createQueue(fresh(), { engine: redisEngine(client, { shards: 4 }), rate: { max: 3, perMs: 1_000 } });
  await expect(queue.add('a', 1)).rejects.toThrow('rate.max must be at least the number of shards, 4, got 3');
  await queue.close();
});
