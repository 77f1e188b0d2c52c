import { randomUUID } from 'node:crypto';
import { eventually } from '@xc/test-support';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createQueue } from '../../src/index.ts';
import { queueTag, redisEngine } from '../../src/redis/index.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

/** Runs a job each of many keys that have a rate. */
async function ratedKeys(name: string) {
  const queue = createQueue(name, {
    engine: redisEngine(client, { pollMs: 100 }),
    keep: { done: { count: 0 } },
    perKey: { rate: { max: 10, perMs: 50 } },
  });
  await queue.addMany(Array.from({ length: 300 }, (_, data) => ({ type: 't', data, options: { key: `k${data}` } })));
  const worker = queue.work(() => {}, { concurrency: 100 });
  await eventually('all are done', async () => (await queue.counts()).totals.done === 300);
  return { queue, worker, rates: `{${queueTag(name)}}:gr` };
}

test('forgets the rate of keys that have nothing any more, while a worker looks from time to time', async () => {
  const { queue, rates } = await ratedKeys(`q-${randomUUID().slice(0, 8)}`);
  await eventually('they are forgotten', async () => (await client.zcard(rates)) === 0, { deadlineMs: 5_000 });
  await queue.close();
});

test('leaves no rate of keys behind for longer than a minute when nobody looks any more', async () => {
  const { queue, worker, rates } = await ratedKeys(`q-${randomUUID().slice(0, 8)}`);
  await worker.stop();
  await queue.add('t', 1, { key: 'last' });
  await queue.work(() => {}).idle();
  await queue.close();
  const left = await client.pttl(rates);
  expect(left === -2 || (left > 0 && left <= 61_000), `${left} ms`).toBe(true);
});
