import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { storeContract } from '../testing/store-contract.ts';
import { createTopology } from '../topology/create-topology.ts';
import { sqlTopologyStore } from './index.ts';

const partitioner = customPartitions({ id: 'p', partitions: 2, of: Number });
const first = createTopology({ partitioner, shards: [{ id: 'a' }, { id: 'b' }] });

let pool: pg.Pool;
beforeAll(() => {
  pool = new pg.Pool({ connectionString: inject('postgres')[0] as string, max: 4 });
});
afterAll(() => pool.end());

const query = (sql: string, params: readonly unknown[]) => pool.query(sql, [...params]);
const placeholder = (index: number) => `$${index}`;

const stores = async () => {
  const table = `topology_${randomUUID().replaceAll('-', '')}`;
  return { open: async () => sqlTopologyStore({ query, placeholder, table, lookMs: 20 }) };
};

test.for(storeContract(stores))('PostgreSQL: $name', ({ run }) => run());

test('a watch that meets the end of its store, or comes after, is refused', async () => {
  const { open } = await stores();
  const store = await open();
  const refused = { code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE' };
  const opening = expect(store.watch(() => undefined)).rejects.toMatchObject(refused);
  await store[Symbol.asyncDispose]();
  await opening;
  await expect(store.watch(() => undefined)).rejects.toMatchObject(refused);
});

test('refuses options that are none, and fails in time', async () => {
  for (const table of ['', 'a b', 'a;drop', 'a.b.c.d'])
    expect(() => sqlTopologyStore({ query, table })).toThrow(RangeError);
  expect(() => sqlTopologyStore({} as never)).toThrow('query must be a function');
  expect(() => sqlTopologyStore({ query, lookMs: 1 })).toThrow(RangeError);
  const broken = sqlTopologyStore({ query: () => Promise.reject(new Error('away')) });
  await expect(broken.load()).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE', retryable: true });
});

test('an answer of a driver that is none is told of as such', async () => {
  for (const answer of [undefined, null, 5]) {
    const wrong = sqlTopologyStore({ query: async () => answer as never });
    for (const call of [wrong.load(), wrong.cas(first, 0), wrong.cas({ ...first, epoch: 2 }, 1)]) {
      const cause = expect.objectContaining({
        message: expect.stringMatching(/^query must give an object with .*, got/),
      });
      await expect(call).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE', cause });
    }
  }
});

test('ends with its time or its signal while the database hangs', async () => {
  const hanging = sqlTopologyStore({ query: () => new Promise(() => undefined) });
  const own = new AbortController();
  const given = [hanging.load(own.signal), hanging.cas(first, 0, own.signal)];
  const ended = given.map((call) => expect(call).rejects.toThrow('enough'));
  own.abort(new Error('enough'));
  await Promise.all(ended);
  const late = { code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE', retryable: true };
  await Promise.all([
    expect(hanging.load()).rejects.toMatchObject(late),
    expect(hanging.cas(first, 0)).rejects.toMatchObject(late),
  ]);
});
