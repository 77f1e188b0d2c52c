import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { createQueue } from '../../../src/index.ts';
import { redisEngine } from '../../../src/redis/index.ts';

/** What a blocking worker is told at its start. */
export interface BlockingOrder {
  readonly port: number;
  readonly heartbeat: 'loop' | 'thread';
  readonly maxBlockMs: number;
  readonly blockMs: number;
}

const order = JSON.parse(process.argv[2] as string) as BlockingOrder;
const client = new Redis({ host: '127.0.0.1', port: order.port });
const queue = createQueue('blocked', { engine: redisEngine(client), leaseMs: 1_200 });
const worker = queue.work(
  async ({ signal }) => {
    // Nothing of this process runs meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, order.blockMs);
    // Long enough for whoever distrusts the lease to say so.
    await sleep(50);
    return { by: 'blocked', aborted: signal.aborted };
  },
  { concurrency: 1, heartbeat: order.heartbeat, maxBlockMs: order.maxBlockMs },
);
process.on('message', (message) => {
  if (message !== 'stop') return;
  void queue
    .close()
    .then(() => client.quit())
    .then(() => process.send?.('closed'))
    .then(() => process.disconnect());
});
await worker.ready();
process.send?.('up');
