import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { redisLockStore } from '../../src/redis/index.ts';
import { verrouStore, verrouSuite } from '../verrou-suite.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

test.concurrent.for(verrouSuite())('as a store of verrou, in Redis: $name', ({ run }) =>
  run(verrouStore(redisLockStore(client, { prefix: randomUUID(), deadlineMs: 20_000 }))),
);
