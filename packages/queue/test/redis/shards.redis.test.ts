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
