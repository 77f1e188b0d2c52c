import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { redisStore } from '../../src/redis/index.ts';
import { limitStoreContract } from '../../src/testing/index.ts';
import { expectTidy } from './keyspace.ts';
import { realFixture } from './real-store.ts';

let client: Cluster;
const prefix = `${randomUUID()}:`;
beforeAll(() => {
  client = new Cluster(inject('cluster'));
});
afterAll(async () => {
  await expectTidy(client, prefix);
  client.disconnect();
});

test.for(limitStoreContract)('a cluster: $name', ({ run }) => run(realFixture(redisStore(client, { prefix }))));
