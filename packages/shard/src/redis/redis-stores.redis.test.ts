import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createIds } from '../ids/create-ids.ts';
import { hashPartitions } from '../partitioners/hash-partitions.ts';
import { journalContract } from '../testing/journal-contract.ts';
import { storeContract } from '../testing/store-contract.ts';
import { createTopology } from '../topology/create-topology.ts';
import { leaseNode, redisJournal, redisTopologyStore } from './index.ts';

let client: Redis;
let older: Redis5;
beforeAll(() => {
  client = new Redis(inject('redis'));
  older = new Redis5(inject('redis'));
});
afterAll(() => {
  client.disconnect();
  older.disconnect();
});

const name = () => `test-${randomUUID()}`;
const first = createTopology({ partitioner: hashPartitions({ partitions: 4 }), shards: [{ id: 'a' }] });

const stores = (redis: () => Redis) => async () => {
  const own = name();
  return { open: async () => redisTopologyStore(redis(), { name: own }) };
};
const journals = async () => {
  const own = name();
  return { open: async () => redisJournal(client, { name: own }) };
};

test.for(storeContract(stores(() => client)))('topology: $name', ({ run }) => run());
test.for(storeContract(stores(() => older as unknown as Redis)))('topology, ioredis 5: $name', ({ run }) => run());
test.for(journalContract(journals))('journal: $name', ({ run }) => run());

test('keys are as documented', async () => {
  const own = name();
  await using store = redisTopologyStore(client, { name: own });
  await store.cas(first, 0);
  await redisJournal(client, { name: own }).append({ jobId: 'j', seq: 1, at: 1, phase: 'copy' });
  const found = await client.keys(`*${own}*`);
  expect(found.sort()).toEqual([`xc:shard:{${own}}:jobs`, `xc:shard:{${own}}:journal:j`, `xc:shard:{${own}}:topology`]);
});

test('what is no topology and no entry is told from what is not there', async () => {
  const own = name();
  await using store = redisTopologyStore(client, { name: own });
  await client.hset(`xc:shard:{${own}}:topology`, 'e', 1, 't', 'half a');
  await expect(store.load()).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_INVALID' });
  await client.rpush(`xc:shard:{${own}}:journal:j`, 'half a');
  await expect(redisJournal(client, { name: own }).read('j')).rejects.toMatchObject({
    code: 'XC_SHARD_JOURNAL_CORRUPT',
  });
  await client.set(`xc:shard:{${own}}:journal:k`, 'not a list');
  await expect(redisJournal(client, { name: own }).read('k')).rejects.toMatchObject({
    code: 'XC_SHARD_JOURNAL_UNAVAILABLE',
  });
});

test('nodes get the lowest number that nobody has, and give it back', async () => {
  const own = { name: name(), max: 3 };
  const leases = await Promise.all([0, 1, 2].map(() => leaseNode(client, own)));
  expect(leases.map(({ node }) => node).sort()).toEqual([0, 1, 2]);
  await expect(leaseNode(client, own)).rejects.toMatchObject({ code: 'XC_SHARD_NODE_TAKEN', retryable: false });
  const middle = leases.find(({ node }) => node === 1);
  await middle?.release();
  await middle?.release();
  const next = await leaseNode(client, own);
  expect(next.node).toBe(1);
  expect(createIds({ node: next.node }).next()).toBeGreaterThan(0n);
  for (const lease of [...leases, next]) await lease.release();
  expect((await leaseNode(client, own)).node).toBe(0);
});

test('a number that was given back is nobody’s to make ids with', async () => {
  const own = { name: name(), max: 1 };
  const lease = await leaseNode(client, own);
  const released = lease.release();
  expect(lease.signal.aborted).toBe(true);
  expect(lease.signal.reason).toMatchObject({ code: 'XC_SHARD_NODE_LOST', message: 'node 0 was given back' });
  await released;
  expect((await leaseNode(client, own)).node).toBe(0);
});

test('a number is kept as long as its node lives, and is free soon after', async () => {
  const own = { name: name(), ttlMs: 300 };
  const lease = await leaseNode(client, own);
  const key = `xc:shard:{${own.name}}:nodes`;
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(lease.signal.aborted).toBe(false);
  expect((await leaseNode(client, own)).node).toBe(1);
  // Somebody else has it now.
  await client.hset(key, String(lease.node), `${9e15} other`);
  await expect.poll(() => lease.signal.aborted).toBe(true);
  expect(lease.signal.reason).toMatchObject({ code: 'XC_SHARD_NODE_LOST' });
  await lease.release();
  expect(await client.hget(key, String(lease.node))).toContain('other');
  expect(await client.pttl(key)).toBeGreaterThan(0);
});

test('refuses clients and names that are none', () => {
  for (const wrong of [undefined, null, 'redis://x:secret@y', {}]) {
    expect(() => redisTopologyStore(wrong as never, { name: 'x' })).toThrow(
      /^client must be a client of ioredis, got \w+$/,
    );
  }
  for (const wrong of ['', 'a b', 'a{b}', 'x'.repeat(101), undefined]) {
    expect(() => redisJournal(client, { name: wrong as string })).toThrow(TypeError);
  }
});
