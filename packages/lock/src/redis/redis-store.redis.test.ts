import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { lockStoreContract } from '../testing/store-contract.ts';
import { redisLockStore } from './redis-store.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

const contract = lockStoreContract(() => redisLockStore(client, { prefix: `${randomUUID()}:`, deadlineMs: 5_000 }));
for (const { name, run } of contract) test(name, run);
