import assert from 'node:assert/strict';
import { createPool } from '@xc/pool';
import { redisFactory } from '@xc/pool/ioredis';

export async function show(url: string): Promise<void> {
  const pool = createPool(redisFactory(url), { name: 'redis', max: 20 });
  const [jobs, count] = ['guide:pool:jobs', 'guide:pool:count'];

  // Blocks this connection, and nobody else.
  const next = pool.use((client) => client.blpop(jobs, 5));
  await pool.use((client) => client.rpush(jobs, 'first'));
  assert.deepEqual(await next, [jobs, 'first']);

  // WATCH belongs to a connection, so the connection has one owner.
  const done = await pool.use(async (client) => {
    await client.watch(count);
    const seen = Number(await client.get(count));
    return client
      .multi()
      .set(count, seen + 1, 'EX', 60)
      .exec();
  });
  assert.deepEqual(done, [[null, 'OK']]);

  await pool.drain();
}
