import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { redisStore } from '../../src/redis/index.ts';
import { limitStoreContract } from '../../src/testing/index.ts';
import { expectTidy } from './keyspace.ts';
import { realFixture } from './real-store.ts';

let client: Redis;
const prefix = `${randomUUID()}:`;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(async () => {
  await expectTidy(client, prefix);
  client.disconnect();
});

test.for(limitStoreContract)('one server: $name', ({ run }) => run(realFixture(redisStore(client, { prefix }))));

test.for(limitStoreContract)('keys as digests: $name', ({ run }) =>
  run(realFixture(redisStore(client, { prefix, hashKeys: 'secret' }))),
);
