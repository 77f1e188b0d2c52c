import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { engineContract } from '../../src/testing/engine-contract.ts';
import { steeredFixture } from './steered-fixture.ts';

let client: Redis;
let older: Redis5;
beforeAll(() => {
  client = new Redis(inject('redis'));
  older = new Redis5(inject('redis'));
});
afterAll(() => {
  client.disconnect();
  older.disconnect();
});

test.for(engineContract)('one server: $name', ({ run }) => run(steeredFixture(client)));

test.for(engineContract)('one server, ioredis 5: $name', ({ run }) => run(steeredFixture(older as unknown as Redis)));
