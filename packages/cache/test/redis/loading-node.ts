import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { createCache } from '../../src/index.ts';
import { pubsub, redisTier } from '../../src/redis/index.ts';

/** One process of several that all want the same cold key: told when, it calls many times at once and says what came of it. */
const [where, name, callers, loadMs] = JSON.parse(process.argv[2] as string) as [
  string | object[],
  string,
  number,
  number,
];
const client = typeof where === 'string' ? new Redis(where) : new Cluster(where as { host: string; port: number }[]);
const cache = createCache({ name, l2: redisTier(client, { deadlineMs: 2_000 }), coherence: pubsub(client) });
while (cache.stats().coherence !== 'up') await sleep(5);
process.send?.('ready');

process.on('message', async (key: string) => {
  if (key === 'end') {
    await cache[Symbol.asyncDispose]();
    client.disconnect();
    process.disconnect();
    return;
  }
  let loads = 0;
  const options = { fill: 'cluster', leaseMs: 2_000 } as const;
  const load = async (): Promise<string> => {
    loads += 1;
    await sleep(loadMs);
    return `loaded by ${process.pid}`;
  };
  const began = performance.now();
  const values = await Promise.all(Array.from({ length: callers }, () => cache.getOrSet(key, load, options)));
  process.send?.({ loads, ms: performance.now() - began, values: [...new Set(values)] });
});
