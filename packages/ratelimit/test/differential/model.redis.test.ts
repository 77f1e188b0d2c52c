import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { redisStore } from '../../src/redis/index.ts';
import { agreesWithModel } from './agreement.ts';
import { RandomSteps } from './random-steps.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(() => client.disconnect());

test.for([1, 2, 3, 4])('decides random traffic as the models do (seed %i)', async (seed) => {
  const store = redisStore(client, { prefix: `${randomUUID()}:` });
  await agreesWithModel(store, new RandomSteps(seed, 'key'), 5_000);
});
