import { randomUUID } from 'node:crypto';
import { startRedis } from '@xc/test-support';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { createCache } from '../../src/index.ts';
import { pubsub, redisTier } from '../../src/redis/index.ts';

test('what a stopped Redis grants when it goes on is given back: nobody waits for an owner that is none', async () => {
  await using server = await startRedis();
  const name = randomUUID();
  const clients = [1, 2].map(() => new Redis(server.url));
  const nodes = clients.map((client) => {
    client.on('error', () => {});
    return createCache({ name, l2: redisTier(client, { deadlineMs: 1_000 }), coherence: pubsub(client) });
  });
  const [here, there] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  // Redis knows the script: it is not asked for once more.
  for (const node of nodes) expect(await node.once('warm', async () => 1)).toBe(1);
  let runs = 0;
  await server.pause();
  await expect(here.once('k', async () => runs++)).rejects.toMatchObject({ code: 'XC_CACHE_UNAVAILABLE' });
  await server.resume();
  // The lease would last for 30 s, and after it the owner would be taken for dead.
  const ran = there.once('k', async ({ attempt }) => ({ attempt, runs }), { onCrash: 'reject', waitMs: 20_000 });
  expect(await ran).toEqual({ attempt: 1, runs: 0 });
  for (const node of nodes) await node[Symbol.asyncDispose]();
  for (const client of clients) client.disconnect();
});
