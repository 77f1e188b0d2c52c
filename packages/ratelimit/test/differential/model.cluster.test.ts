import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { redisStore } from '../../src/redis/index.ts';
import { expectTidy } from '../redis/keyspace.ts';
import { agreesWithModel } from './agreement.ts';
import { RandomSteps } from './random-steps.ts';

let client: Cluster;
const prefix = `${randomUUID()}:`;
beforeAll(() => {
  client = new Cluster(inject('cluster'));
});
afterAll(async () => {
  await expectTidy(client, prefix);
  client.disconnect();
});

test.for([101, 102])('a cluster decides random traffic of one tag as the models do (seed %i)', async (seed) => {
  const store = redisStore(client, { prefix: `${prefix}${seed}:` });
  await agreesWithModel(store, new RandomSteps(seed, 'key', 'tenant'), 5_000, 'tenant');
});
