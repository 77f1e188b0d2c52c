import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, inject, test } from 'vitest';
import { createQueue, retryAfter, snooze } from '../../src/index.ts';
import { redisEngine } from '../../src/redis/index.ts';

test('counts attempts and deliveries on where one step gives a job back and takes it again', async () => {
  const client = new Redis(inject('redis'));
  const queue = createQueue(`again-${randomUUID()}`, { engine: redisEngine(client), maxAttempts: 4 });
  const seen: [number, number, string | undefined][] = [];
  queue.work(
    (job) => {
      seen.push([job.attempt, job.delivery, job.lastError?.code]);
      if (job.delivery < 3) throw retryAfter(0);
      if (job.delivery < 5) throw snooze(0);
      return 'done';
    },
    { concurrency: 1 },
  );
  const ref = await queue.add('t', 1);
  await expect(ref.result()).resolves.toBe('done');
  expect(seen).toEqual([
    [1, 1, undefined],
    [2, 2, 'XC_QUEUE_RETRY_AFTER'],
    [3, 3, 'XC_QUEUE_RETRY_AFTER'],
    [3, 4, 'XC_QUEUE_RETRY_AFTER'],
    [3, 5, 'XC_QUEUE_RETRY_AFTER'],
  ]);
  await expect(queue.inspect(ref.id)).resolves.toMatchObject({ attempt: 3, delivery: 5, state: 'done' });
  await queue.close();
  client.disconnect();
});
