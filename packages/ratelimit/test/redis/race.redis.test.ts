import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { redisStore } from '../../src/redis/index.ts';
import { expectTidy } from './keyspace.ts';
import { type Racers, raceOp, raceRules, startRacers } from './race.ts';
import { patient } from './real-store.ts';

let client: Redis;
let racers: Racers;
const port = Number(new URL(inject('redis')).port);
beforeAll(async () => {
  client = new Redis(inject('redis'));
  racers = await startRacers();
});
afterAll(async () => {
  await racers[Symbol.asyncDispose]();
  await expectTidy(client, 'xc:rl:');
  client.disconnect();
});

test.for(raceRules)('lets exactly the limit through to 100 clients in 4 processes: %s', async ([name, rule]) => {
  expect(await racers.race(port, false, [raceOp(name, rule)])).toBe(150);
});

test('charges none of several limits for what one of them refuses, whoever races', async () => {
  const wide = raceOp('wide', { algorithm: 'fixed', limit: 1_000, windowMs: 3_600_000 });
  const narrow = raceOp('narrow', { algorithm: 'log', limit: 120, windowMs: 3_600_000 }, wide.key);
  expect(await racers.race(port, false, [wide, narrow])).toBe(120);
  const store = patient(redisStore(client));
  const { states } = await store.apply({ kind: 'peek', ops: [{ ...wide, cost: 0 }] });
  expect(states[0]?.remaining).toBe(880);
});
