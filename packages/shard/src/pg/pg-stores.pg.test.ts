import { randomUUID } from 'node:crypto';
import { eventually, tcpProxy } from '@xc/test-support';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { journalContract } from '../testing/journal-contract.ts';
import { storeContract } from '../testing/store-contract.ts';
import { createTopology } from '../topology/create-topology.ts';
import { pgJournal, pgTopologyStore } from './index.ts';

let pool: pg.Pool;
beforeAll(() => {
  pool = new pg.Pool({ connectionString: inject('postgres')[0] as string, max: 12 });
  pool.on('error', () => undefined);
});
afterAll(() => pool.end());

const stores = async () => {
  const name = randomUUID();
  return { open: async () => pgTopologyStore(pool, { name }) };
};
const journals = async () => {
  const name = randomUUID();
  return { open: async () => pgJournal(pool, { name }) };
};

test.for(storeContract(stores))('PostgreSQL topology: $name', ({ run }) => run());
test.for(journalContract(journals))('PostgreSQL journal: $name', ({ run }) => run());

const partitioner = customPartitions({ id: 'p', partitions: 2, of: Number });
const first = createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }] });

test('who watches hears at once, and after a connection that was lost', async () => {
  const name = randomUUID();
  const url = new URL(inject('postgres')[0] as string);
  await using network = await tcpProxy(Number(url.port));
  url.port = String(network.port);
  const far = new pg.Pool({ connectionString: url.href, max: 3 });
  far.on('error', () => undefined);
  await using near = pgTopologyStore(pool, { name });
  await using store = pgTopologyStore(far, { name });
  const heard: number[] = [];
  const watch = await store.watch((epoch) => heard.push(epoch));
  await near.cas(first, 0);
  await eventually('it is told', () => heard.at(-1) === 1, { deadlineMs: 2_000 });
  await network.cut();
  await near.cas({ ...first, epoch: 2 }, 1);
  await network.restore();
  await eventually('it has looked', () => heard.at(-1) === 2, { deadlineMs: 4_500 });
  await near.cas({ ...first, epoch: 3 }, 2);
  await eventually('it listens again', () => heard.at(-1) === 3, { deadlineMs: 2_000 });
  await watch.close();
  await eventually('nobody listens any more', () => far.totalCount === far.idleCount);
  const { rows } = await far.query('select count(*)::int as listening from pg_listening_channels()');
  expect(rows).toEqual([{ listening: 0 }]);
  await store[Symbol.asyncDispose]();
  await far.end();
});

test('who is told and throws keeps no other from being told', async () => {
  await using store = pgTopologyStore(pool, { name: randomUUID() });
  const heard: number[] = [];
  await store.watch(() => {
    throw new Error('a mistake of the caller');
  });
  await store.watch((epoch) => heard.push(epoch));
  await store.cas(first, 0);
  await eventually('the other is told', () => heard.at(-1) === 1, { deadlineMs: 4_000 });
  await expect(store.watch(5 as never)).rejects.toThrow('changed must be a function, got 5');
});

test('counts epochs past what an integer of 32 bits takes', async () => {
  const name = randomUUID();
  await using store = pgTopologyStore(pool, { name });
  await store.cas(first, 0);
  const epoch = 2 ** 31 - 1;
  const text = JSON.stringify({ ...first, epoch });
  await pool.query('update xc_shard.topology set epoch = $2, topology = $3 where name = $1', [name, epoch, text]);
  expect(await store.cas({ ...first, epoch: epoch + 1 }, epoch)).toBe(true);
  expect((await store.load())?.epoch).toBe(2 ** 31);
});

test('who watches takes no pool its only connection', async () => {
  const name = randomUUID();
  const only = new pg.Pool({ connectionString: inject('postgres')[0] as string, max: 1 });
  await using store = pgTopologyStore(only, { name });
  const heard: number[] = [];
  await store.watch((epoch) => heard.push(epoch));
  await store.cas(first, 0);
  await eventually('it has looked', () => heard.at(-1) === 1, { deadlineMs: 3_000 });
  await store[Symbol.asyncDispose]();
  await only.end();
});

test('a watch that meets the end of its store is refused, and keeps no connection', async () => {
  const own = new pg.Pool({ connectionString: inject('postgres')[0] as string, max: 3 });
  const listeners: number[] = [];
  own.on('release', (destroyed, client) => destroyed || listeners.push(client.listenerCount('error')));
  const refused = { code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE' };
  for (let turns = 0; turns < 12; turns += 1) {
    const store = pgTopologyStore(own, { name: 'short-lived' });
    if (turns === 0) await store.load();
    const watch = store
      .watch(() => undefined)
      .then(
        () => 'begun',
        ({ code }: { readonly code: string }) => code,
      );
    // At another point of its beginning each time, which may be over on a machine where turns take long.
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await store[Symbol.asyncDispose]();
    expect(turns === 0 ? [refused.code] : [refused.code, 'begun']).toContain(await watch);
    await expect(store.watch(() => undefined)).rejects.toMatchObject(refused);
  }
  await eventually('all connections are back', () => own.totalCount === own.idleCount);
  expect(Math.max(...listeners)).toBeLessThan(3);
  await own.end();
});

test('a server that does not answer is out of reach within the deadline, and half done is nothing', async () => {
  const name = randomUUID();
  const url = new URL(inject('postgres')[0] as string);
  await using network = await tcpProxy(Number(url.port));
  url.port = String(network.port);
  const far = new pg.Pool({ connectionString: url.href, max: 3 });
  far.on('error', () => undefined);
  await using store = pgTopologyStore(far, { name });
  const journal = pgJournal(far, { name });
  await store.cas(first, 0);
  await network.halfOpen();
  const since = performance.now();
  const calls = [store.load(), store.cas({ ...first, epoch: 2 }, 1)];
  for (const call of calls)
    await expect(call).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE', retryable: true });
  await expect(journal.append({ jobId: 'j', seq: 1, at: 1, phase: 'copy' })).rejects.toMatchObject({
    code: 'XC_SHARD_JOURNAL_UNAVAILABLE',
  });
  expect(performance.now() - since).toBeLessThan(6_000);
  await network.restore();
  expect((await store.load())?.epoch).toBe(1);
  await journal.append({ jobId: 'j', seq: 1, at: 1, phase: 'copy' });
  expect(await journal.jobs()).toEqual(['j']);
  await far.end();
});

test('says what is damaged, and refuses what is no pool and no name', async () => {
  const name = randomUUID();
  const journal = pgJournal(pool, { name });
  await journal.append({ jobId: 'j', seq: 1, at: 1, phase: 'copy' });
  await pool.query(`update xc_shard.journal set entry = 'torn' where name = $1`, [name]);
  await expect(journal.read('j')).rejects.toMatchObject({ code: 'XC_SHARD_JOURNAL_CORRUPT' });
  const store = pgTopologyStore(pool, { name });
  await store.cas(first, 0);
  await pool.query(`update xc_shard.topology set topology = '{' where name = $1`, [name]);
  await expect(store.load()).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_INVALID' });
  expect(() => pgJournal({} as never)).toThrow('pool must be a pool of connections to PostgreSQL, got [object Object]');
  expect(() => pgTopologyStore(undefined as never)).toThrow(TypeError);
  for (const bad of ['', 'x'.repeat(101), 7])
    expect(() => pgTopologyStore(pool, { name: bad as string })).toThrow(RangeError);
});
