import { Redis } from 'ioredis';
import { expect, inject, test } from 'vitest';

test('provides sentinels that lead to the master', async () => {
  const client = new Redis(inject('sentinel'));
  try {
    await expect(client.set('test-support:found', 'yes', 'PX', 60_000)).resolves.toBe('OK');
  } finally {
    client.disconnect();
  }
});
