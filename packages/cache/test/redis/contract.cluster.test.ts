import { Cluster } from 'ioredis';
import { Cluster as Cluster5 } from 'ioredis-5';
import { afterAll, beforeAll, inject } from 'vitest';
import { contracts } from './contract.ts';

let client: Cluster;
let older: Cluster;
beforeAll(() => {
  client = new Cluster(inject('cluster'));
  older = new Cluster5(inject('cluster'), { enableAutoPipelining: true }) as unknown as Cluster;
});
afterAll(() => {
  client.disconnect();
  older.disconnect();
});

contracts('a cluster', () => client);
contracts('a cluster, ioredis 5 that pipelines by itself', () => older);
