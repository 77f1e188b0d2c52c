import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { shardStoreContract } from '../testing/store-contract.ts';
import { redisShardStore } from './redis-store.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

const contract = shardStoreContract(() => redisShardStore(client, { prefix: `${randomUUID()}:`, deadlineMs: 5_000 }));
for (const { name, run } of contract) test(name, run);
