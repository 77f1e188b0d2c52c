import { Redis } from 'ioredis';
import { inject, test } from 'vitest';
import { keepsLeaseWhileBlocked } from './kept-lease.ts';

test('keeps a lease by the thread on the master behind Sentinel', async () => {
  const client = new Redis(inject('sentinel'));
  await keepsLeaseWhileBlocked(client);
  client.disconnect();
});
