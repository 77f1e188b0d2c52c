import { startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { scanKeys } from './scan-keys.ts';

test('finds every key although the connection is killed and the server restarted in the middle', async () => {
  const server = await startRedis({ appendOnly: true });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const client = new Redis(server.port, { retryStrategy: () => 20 });
  client.on('error', () => {});
  onTestFinished(() => client.disconnect());
  const keys = Array.from({ length: 5_000 }, (_, index) => `key:${index}`);
  await client.mset(keys.flatMap((key) => [key, '']));

  const found = new Set<string>();
  let batches = 0;
  for await (const batch of scanKeys(client, 'key:*', { count: 50 })) {
    for (const key of batch) found.add(key);
    batches += 1;
    if (batches === 20) await client.call('CLIENT', 'KILL', 'TYPE', 'normal').catch(() => {});
    if (batches === 60) {
      await server.kill();
      await server.restart();
    }
  }
  expect(found.size).toBe(5_000);
  // More batches than one pass takes: a cursor of the server that is gone would have been worth nothing.
  expect(batches).toBeGreaterThan(150);
});

test('gives up when no batch comes in time', async () => {
  const server = await startRedis();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const client = new Redis(server.port);
  onTestFinished(() => client.disconnect());
  await client.set('key', '');
  await server.pause();
  const scanning = (async () => {
    for await (const batch of scanKeys(client, '*', { deadlineMs: 200 })) expect.unreachable(String(batch));
  })();
  await expect(scanning).rejects.toMatchObject({ code: 'XC_REDIS_TIMEOUT', details: { command: 'SCAN' } });
  await server.resume();
});
