import { startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { hashPartitions } from '../partitioners/hash-partitions.ts';
import { createRouter } from '../router/create-router.ts';
import { createTopology } from '../topology/create-topology.ts';
import { redisJournal, redisTopologyStore } from './index.ts';

const partitioner = hashPartitions({ partitions: 4 });
const first = createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }] });

test('a server that is gone fails calls in time, and a router goes on with what it knows', async () => {
  await using server = await startRedis();
  const client = new Redis(server.port, { maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await using store = redisTopologyStore(client, { name: 'away' });
  await store.cas(first, 0);
  await using router = await createRouter({ partitioner, store, connect: ({ id }) => id });
  await server.kill();
  const startedAt = performance.now();
  await expect(store.load()).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE', retryable: true });
  await expect(store.cas({ ...first, epoch: 2 }, 1)).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE' });
  const journal = redisJournal(client, { name: 'away' });
  await expect(journal.append({ jobId: 'j', seq: 1, at: 1, phase: 'copy' })).rejects.toMatchObject({
    code: 'XC_SHARD_JOURNAL_UNAVAILABLE',
  });
  expect(performance.now() - startedAt).toBeLessThan(9_000);
  expect(await router.write('x', (shard) => shard)).toBe(router.locate('x').shard);
  client.disconnect();
});
