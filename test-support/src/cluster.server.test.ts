import { Cluster } from 'ioredis';
import { expect, test } from 'vitest';
import { type RedisCluster, startCluster } from './cluster.ts';

test('starts masters with replicas, promotes one, loses one and comes back', async () => {
  await using cluster = await startCluster({ masters: 3, replicas: 1 });
  expect(cluster.nodes).toHaveLength(6);
  const [first] = await cluster.masters();
  if (first === undefined) throw new Error('no master');
  expect(await cluster.masters()).toHaveLength(3);
  await using client = connect(cluster);
  await client.redis.set('kept', 'yes');

  const promoted = await cluster.failover(first);
  expect(await cluster.masters()).toContain(promoted);
  expect(await cluster.masters()).not.toContain(first);

  await cluster.settled();
  await promoted.kill();
  const again = await cluster.failover(promoted);
  expect(again).toBe(first);
  await promoted.restart();
  await cluster.settled();
  expect(await cluster.replicasOf(first)).toEqual([promoted]);
  await expect(client.redis.get('kept')).resolves.toBe('yes');
});

test('promotes a replica by itself when a master is paused', async () => {
  await using cluster = await startCluster({ masters: 3, replicas: 1, nodeTimeoutMs: 500 });
  const paused = await cluster.masterOf(0);
  await paused.pause();
  await expect.poll(() => cluster.masterOf(0), { timeout: 15_000 }).not.toBe(paused);
  await paused.resume();
  await cluster.settled();
});

test('moves slots with their keys, one after another, and all nodes know of it', async () => {
  await using cluster = await startCluster({ masters: 3, replicas: 0 });
  await using client = connect(cluster);
  for (let key = 0; key < 150; key++) await client.redis.set(`{moved}${key}`, key);
  const slot = Number(await client.redis.cluster('KEYSLOT', '{moved}'));
  const first = await cluster.masterOf(slot);
  for (let turn = 0; turn < 6; turn++) {
    const before = await cluster.masterOf(slot);
    const after = await cluster.moveSlot(slot);
    expect(after).not.toBe(before);
    expect(await cluster.masterOf(slot)).toBe(after);
    expect(await client.redis.get('{moved}149')).toBe('149');
  }
  expect(await cluster.masterOf(slot)).toBe(first);
});

test('starts without replicas', async () => {
  await using cluster = await startCluster({ masters: 3, replicas: 0 });
  const [master] = await cluster.masters();
  if (master === undefined) throw new Error('no master');
  await expect(cluster.failover(master)).rejects.toThrow('no replica to promote');
});

function connect(cluster: RedisCluster): AsyncDisposable & { readonly redis: Cluster } {
  const redis = new Cluster([...cluster.addresses]);
  redis.on('error', () => {});
  return { redis, [Symbol.asyncDispose]: async () => redis.disconnect() };
}
