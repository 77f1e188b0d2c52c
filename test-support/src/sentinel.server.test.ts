import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { startSentinel } from './sentinel.ts';

test('promotes a replica on request and when the master dies, and takes the old master back', async () => {
  await using watched = await startSentinel({ sentinels: 3, replicas: 1 });
  const client = new Redis({ name: watched.name, sentinels: [...watched.addresses] });
  client.on('error', () => {});
  try {
    await client.set('kept', 'yes');
    // Replication is asynchronous, and a sentinel does not wait for it: a write must be there before it can be kept.
    expect(await client.wait(1, 10_000)).toBe(1);
    const first = await watched.master();
    const second = await watched.failover();
    expect(second).not.toBe(first);
    await watched.settled();

    await second.kill();
    await expect.poll(() => watched.master(), { timeout: 20_000 }).toBe(first);
    await second.restart();
    await watched.settled();
    expect(await watched.master()).toBe(first);
    await expect(client.get('kept')).resolves.toBe('yes');
  } finally {
    client.disconnect();
  }
});
