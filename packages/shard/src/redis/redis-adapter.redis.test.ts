import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, describe, inject, test } from 'vitest';
import { customPartitions } from '../partitioners/custom-partitions.ts';
import { adapterContract } from '../testing/adapter-contract.ts';
import { redisAdapter, redisConnect } from './index.ts';

/** Keys say where they are: `<partition>/<name>`. */
const partitioner = customPartitions({
  id: 'test:by-name',
  partitions: 8,
  of: (key) =>
    Number(
      Buffer.from(key as string)
        .toString()
        .split('/')[0],
    ),
});

describe.for([
  { library: 'ioredis', Client: Redis, prefix: '' },
  { library: 'ioredis 5', Client: Redis5 as unknown as typeof Redis, prefix: '' },
  { library: 'ioredis behind a prefix', Client: Redis, prefix: 'app[1]*:' },
])('$library', ({ Client, prefix }) => {
  let clients: Readonly<Record<'a' | 'b', Redis>>;
  beforeAll(() => {
    const open = (db: number) => new Client(inject('redis'), { db, keyPrefix: prefix });
    clients = { a: open(11), b: open(12) };
  });
  afterAll(() => {
    for (const client of Object.values(clients)) client.disconnect();
  });

  const fixture = async () => {
    for (const client of Object.values(clients)) await client.flushdb();
    const connect = redisConnect(clients, { partitioner });
    const keyOf = (partition: number, name: string) => `${partition}/${name}`;
    return {
      adapter: redisAdapter({ shards: clients, partitioner }),
      shards: ['a', 'b'] as const,
      partitions: [0, 7] as const,
      keyOf,
      async write(at: { shard: string; partition: number; term: number }, name: string, text: string | undefined) {
        const route = { partitions: [at.partition], term: at.term, replica: undefined };
        const redis = connect({ id: at.shard }, { ...route, signal: new AbortController().signal });
        const key = keyOf(at.partition, name);
        await (text === undefined ? redis.call('DEL', key) : redis.call('SET', key, text));
      },
    };
  };
  test.for(adapterContract(fixture, { canHold: false }))('$name', ({ run }) => run());
});
