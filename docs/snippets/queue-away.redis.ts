import assert from 'node:assert/strict';
import { isXcError } from '@xc/core';
import { createQueue } from '@xc/queue';
import { redisEngine } from '@xc/queue/redis';
import { connectRedis } from '@xc/redis';

export async function show(url: string): Promise<void> {
  const client = connectRedis(url, { name: 'jobs' });
  client.on('error', () => {});
  const engine = redisEngine(client, { deadlineMs: 300 });
  const queue = createQueue(`away-${process.pid}`, { engine });
  await queue.add('task', 1, { id: 'one' });
  await queue.drain();

  client.disconnect(); // as if Redis had gone
  const error = await queue
    .add('task', 2, { id: 'two' })
    .catch((reason: unknown) => reason);
  // Told by the deadline, whatever the client is set to: nothing was sent, or nobody knows. Adding again with the same id is
  // safe in both cases.
  assert.ok(
    isXcError(error, 'XC_QUEUE_UNAVAILABLE') ||
      isXcError(error, 'XC_QUEUE_UNKNOWN_OUTCOME'),
  );
  assert.ok(isXcError(error) && error.retryable);
  await queue.close({ graceMs: 0 });
}
