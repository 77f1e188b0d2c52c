import { Redis } from 'ioredis';
import { expect, inject, test } from 'vitest';

test('provides a Redis that answers', async () => {
  const client = new Redis(inject('redis'));
  try {
    await expect(client.ping()).resolves.toBe('PONG');
  } finally {
    client.disconnect();
  }
});
