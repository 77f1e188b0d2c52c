import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createMetrics } from '@xc/metrics';
import { redisEngine } from '@xc/queue/redis';
import { Redis } from 'ioredis';
import { createShopService } from './shop-service.ts';
import { startShopWorker } from './shop-worker.ts';

const { REDIS_URL, PORT = '3000', OPERATOR_TOKEN = 'letmein' } = process.env;

// The same file runs embedded, or with REDIS_URL next to as many others as are wanted.
const client = REDIS_URL === undefined ? undefined : new Redis(REDIS_URL);
client?.on('error', (error) => console.error(`Redis: ${error.message}`));
const metrics = createMetrics();
const shop = await startShopWorker({
  ...(client === undefined ? {} : { engine: redisEngine(client) }),
  meter: metrics,
  async pay({ order }) {
    return { payment: `payment of ${order}` };
  },
  async confirm({ order, customer }, { payment }) {
    console.log(`${customer}: order ${order} is paid, ${payment}`);
  },
  async report(to) {
    console.log(`report for ${to}`);
  },
});
const service = createShopService(shop, {
  metrics,
  mayOperate: (headers) => headers.get('authorization') === `Bearer ${OPERATOR_TOKEN}`,
});
service.listen(Number(PORT), '127.0.0.1');
await once(service, 'listening');
const origin = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
console.log(`an order:    curl -d '{"order":"1","customer":"ada","cents":900}' ${origin}/orders`);
console.log(`the queue:   curl -H 'authorization: Bearer ${OPERATOR_TOKEN}' ${origin}/queues`);
console.log(`its figures: curl ${origin}/metrics`);

// #region stop
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    service.close();
    await shop[Symbol.asyncDispose]();
    client?.disconnect();
    console.log('stopped: every job is done or back in its queue');
  });
}
// #endregion
