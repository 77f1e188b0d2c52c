import { randomUUID } from 'node:crypto';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
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
