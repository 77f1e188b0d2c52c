import assert from 'node:assert/strict';
import { createQueue, type QueueEngine } from '@xc/queue';
import { queueTag, redisEngine } from '@xc/queue/redis';
import { connectRedis } from '@xc/redis';

export async function show(url: string): Promise<void> {
  const client = connectRedis(url, { name: 'jobs' });
  const name = `films-${process.pid}`;
  const open = (engine: QueueEngine) => createQueue(name, { engine });
  const queue = open(redisEngine(client, { shards: 4 }));

  // Jobs of one key live in one shard, in order; the others are spread.
  await queue.add('encode', 1, { key: 'ada' });
  await queue.addMany([2, 3, 4].map((data) => ({ type: 'encode', data })));
  assert.equal((await queue.counts()).waiting, 4);

  // Where they are is a public fact: the hash tag of each shard's keys.
  const tags = [0, 1, 2, 3].map((shard) => queueTag(name, shard, 4));
  assert.equal(new Set(tags).size, 4);

  // All who open a queue must agree on their number.
  const other = open(redisEngine(client, { shards: 2 }));
  await assert.rejects(other.counts(), {
    code: 'XC_QUEUE_CONFIG_MISMATCH',
  });

  await queue.drain();
  await other.close();
  await queue.close();
  client.disconnect();
}
