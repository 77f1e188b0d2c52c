import assert from 'node:assert/strict';
import { createLocks } from '@xc/lock';
import { redisLockStore } from '@xc/lock/redis';
import { connectRedis } from '@xc/redis';

export async function show(url: string): Promise<void> {
  const client = connectRedis(url, { name: 'locks' });
  const locks = createLocks({
    store: redisLockStore(client, { prefix: 'guide:lock' }),
    defaults: { ttlMs: 10_000, waitMs: 2_000 },
  });

  const written = await locks.using('report', async ({ signal }) => {
    signal.throwIfAborted();
    return 'written once';
  });
  assert.equal(written, 'written once');

  await locks[Symbol.asyncDispose](); // frees what is held
  client.disconnect();
}
