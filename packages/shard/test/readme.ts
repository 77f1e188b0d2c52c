import assert from 'node:assert/strict';

const databases: Record<string, Map<string, User>> = {};

// #region usage
import { createRouter, createTopology, hashPartitions, memoryTopologyStore, mergeOrdered, shardLimit } from '@xc/shard';

const partitioner = hashPartitions(); // 4,096 partitions, for ever
const shards = [{ id: 'north' }, { id: 'south' }];
const store = memoryTopologyStore(createTopology({ partitioner, shards })); // which shard owns which partition
await using router = await createRouter({ partitioner, store, connect: ({ id }) => database(id) });

await router.write('user:42', (db) => db.set('user:42', { name: 'Ada', age: 36 }));
const ada = await router.read('user:42', (db) => db.get('user:42'));

const page = { limit: 10 };
const byAge = mergeOrdered<User>({ compare: (a, b) => a.age - b.age, ...page });
const { value: youngest } = await router.scatter((db) => db.youngest(shardLimit(page)), {
  merge: byAge,
  allowScatter: true,
});
// #endregion

interface User {
  readonly name: string;
  readonly age: number;
}

interface Database {
  get(key: string): Promise<User | undefined>;
  set(key: string, user: User): Promise<void>;
  youngest(page: { readonly limit: number }): Promise<readonly User[]>;
}

function database(id: string): Database {
  databases[id] ??= new Map();
  const rows = databases[id];
  return {
    get: async (key) => rows.get(key),
    set: async (key, user) => void rows.set(key, user),
    youngest: async ({ limit }) => [...rows.values()].sort((a, b) => a.age - b.age).slice(0, limit),
  };
}

assert.deepEqual(ada, { name: 'Ada', age: 36 });
assert.deepEqual(youngest, [ada]);
