import { spawnWorker, startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { test } from 'vitest';
import { keepsLeaseWhileBlocked } from './kept-lease.ts';
import { selfSigned } from './self-signed.ts';

test('keeps a lease by the thread over TLS, trusting whom the client trusts', async () => {
  await using server = await startRedis();
  const file = new URL('./tls-process.ts', import.meta.url);
  await using front = await spawnWorker(file, { args: [String(server.port)] });
  const port = (await front.next()) as number;
  const client = new Redis({ host: 'localhost', family: 4, port, tls: { ca: selfSigned.cert } });
  await keepsLeaseWhileBlocked(client);
  client.disconnect();
});
