import { Redis } from 'ioredis';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { engineContract } from '../../src/testing/engine-contract.ts';
import { steeredFixture } from './steered-fixture.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('sentinel'));
});
afterAll(() => client.disconnect());

test.for(engineContract)('the master behind Sentinel: $name', ({ run }) => run(steeredFixture(client)));
