import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { engineContract } from '../../src/testing/engine-contract.ts';
import { steeredFixture } from './steered-fixture.ts';

let client: Cluster;
let older: Cluster5;
beforeAll(() => {
  client = new Cluster(inject('cluster'));
  older = new Cluster5(inject('cluster'));
});
afterAll(() => {
  client.disconnect();
  older.disconnect();
});

test.for(engineContract)('a cluster: $name', ({ run }) => run(steeredFixture(client)));

test.for(engineContract)('a cluster, ioredis 5: $name', ({ run }) => run(steeredFixture(older as unknown as Cluster)));
