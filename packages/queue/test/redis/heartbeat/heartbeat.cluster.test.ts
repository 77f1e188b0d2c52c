import { Cluster } from 'ioredis';
import { inject, test } from 'vitest';
import { keepsLeaseWhileBlocked } from './kept-lease.ts';

test('keeps a lease by the thread on the node that holds the slot', async () => {
  const client = new Cluster(inject('cluster'));
  await keepsLeaseWhileBlocked(client);
  client.disconnect();
});
