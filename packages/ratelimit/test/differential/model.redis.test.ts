import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { redisStore } from '../../src/redis/index.ts';
import { expectTidy } from '../redis/keyspace.ts';
import { agreesWithModel } from './agreement.ts';
import { RandomSteps } from './random-steps.ts';

let client: Redis;
const prefix = `${randomUUID()}:`;
beforeAll(() => {
  client = new Redis(inject('redis'));
});
afterAll(async () => {
  await expectTidy(client, prefix);
  client.disconnect();
});

test.for(Array.from({ length: 18 }, (_, index) => index + 1))(
  'decides random traffic as the models do (seed %i)',
  async (seed) => {
    const store = redisStore(client, { prefix: `${prefix}${seed}:` });
    await agreesWithModel(store, new RandomSteps(seed, 'key'), 5_000);
  },
);
