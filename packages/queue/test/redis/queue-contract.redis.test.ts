import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, inject } from 'vitest';
import { redisEngine } from '../../src/redis/index.ts';
import { queueContract } from '../../src/testing/index.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => {
  client.disconnect();
});

// As the maker of an engine would run it: time really passes, and nothing is known of the inside.
queueContract(async () => ({
  engine: redisEngine(client, { prefix: `c${randomUUID().slice(0, 8)}`, pollMs: 200 }),
  now: () => Date.now(),
  pass: async (ms) => {
    await sleep(ms);
  },
}));
