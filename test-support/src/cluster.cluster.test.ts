import { Cluster } from 'ioredis';
import { expect, inject, test } from 'vitest';

test('provides a cluster that serves keys of every node', async () => {
  const client = new Cluster([...inject('cluster')]);
  try {
    const keys = Array.from({ length: 50 }, (_, index) => `test-support:${index}`);
    await Promise.all(keys.map((key) => client.set(key, key, 'PX', 60_000)));
    await expect(Promise.all(keys.map((key) => client.get(key)))).resolves.toEqual(keys);
  } finally {
    client.disconnect();
  }
});
