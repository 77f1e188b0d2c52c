import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { redisStore } from '../../src/redis/index.ts';
import { limitStoreContract } from '../../src/testing/index.ts';
import { expectTidy } from './keyspace.ts';
import { realFixture } from './real-store.ts';

let client: Cluster;
let older: Cluster5;
const prefix = `${randomUUID()}:`;
beforeAll(() => {
  client = new Cluster(inject('cluster'));
  older = new Cluster5(inject('cluster'), { enableAutoPipelining: true });
});
afterAll(async () => {
  await expectTidy(client, prefix);
  client.disconnect();
  older.disconnect();
});

test.for(limitStoreContract)('a cluster: $name', ({ run }) => run(realFixture(redisStore(client, { prefix }))));

test.for(limitStoreContract)('a cluster client of ioredis 5 that pipelines by itself: $name', ({ run }) =>
  run(realFixture(redisStore(older as unknown as Cluster, { prefix }))),
);
