import { Cluster } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { redisStore } from '../../src/redis/index.ts';
import { expectTidy } from './keyspace.ts';
import { type Racers, raceOp, raceRules, startRacers } from './race.ts';
import { patient } from './real-store.ts';

let client: Cluster;
let racers: Racers;
const port = inject('cluster')[0]?.port as number;
beforeAll(async () => {
  client = new Cluster(inject('cluster'));
  racers = await startRacers();
});
afterAll(async () => {
  await racers[Symbol.asyncDispose]();
  await expectTidy(client, 'xc:rl:');
  client.disconnect();
});

test.for(raceRules)('lets exactly the limit through to 100 clients in 4 processes: %s', async ([name, rule]) => {
  expect(await racers.race(port, true, [raceOp(name, rule)])).toBe(150);
});

test('keeps to the limits of several slots, and gives back what it could not use', async () => {
  const hour = 3_600_000;
  const wide = raceOp('wide', { algorithm: 'fixed', limit: 1_000, windowMs: hour });
  const narrow = raceOp('narrow', { algorithm: 'log', limit: 120, windowMs: hour });
  expect(await racers.race(port, true, [wide, narrow])).toBe(120);
  const store = patient(redisStore(client));
  const { states } = await store.apply({ kind: 'peek', ops: [{ ...wide, cost: 0 }] });
  expect(states[0]?.remaining).toBe(880);
});
