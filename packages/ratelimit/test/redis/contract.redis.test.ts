import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { redisStore } from '../../src/redis/index.ts';
import { limitStoreContract } from '../../src/testing/index.ts';
import { expectTidy } from './keyspace.ts';
import { realFixture } from './real-store.ts';

let client: Redis;
let older: Redis5;
const prefix = `${randomUUID()}:`;
beforeAll(() => {
  client = new Redis(inject('redis'));
  older = new Redis5(inject('redis'));
});
afterAll(async () => {
  await expectTidy(client, prefix);
  client.disconnect();
  older.disconnect();
});

test.for(limitStoreContract)('one server: $name', ({ run }) => run(realFixture(redisStore(client, { prefix }))));

test.for(limitStoreContract)('keys as digests: $name', ({ run }) =>
  run(realFixture(redisStore(client, { prefix, hashKeys: 'secret' }))),
);

test.for(limitStoreContract)('a client of ioredis 5: $name', ({ run }) =>
  run(realFixture(redisStore(older as unknown as Redis, { prefix }))),
);
