import { randomUUID } from 'node:crypto';
import { Cluster } from 'ioredis';
import { afterAll, beforeAll, inject, test } from 'vitest';
import { journalContract } from '../testing/journal-contract.ts';
import { storeContract } from '../testing/store-contract.ts';
import { redisJournal, redisTopologyStore } from './index.ts';

let client: Cluster;
beforeAll(() => {
  client = new Cluster([...inject('cluster')]);
});
afterAll(() => client.disconnect());

const stores = async () => {
  const name = randomUUID();
  return { open: async () => redisTopologyStore(client, { name }) };
};
const journals = async () => {
  const name = randomUUID();
  return { open: async () => redisJournal(client, { name }) };
};

test.for(storeContract(stores))('topology in a cluster: $name', ({ run }) => run());
test.for(journalContract(journals))('journal in a cluster: $name', ({ run }) => run());
