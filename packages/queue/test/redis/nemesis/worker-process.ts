import { openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '@xc/core';
import { Cluster, Redis } from 'ioredis';
import { createQueue } from '../../../src/index.ts';
import { redisEngine } from '../../../src/redis/index.ts';
import { recordingEngine, recordTo } from './recording-engine.ts';

/** What a worker process is told at its start. */
export interface WorkerOrder {
  readonly name: string;
  readonly queue: string;
  readonly file: string;
  readonly ports: readonly number[];
  readonly cluster: boolean;
  readonly shards: number;
  readonly leaseMs: number;
  readonly concurrency: number;
  /** How far its wall clock is off. */
  readonly clockOffMs: number;
  /** One job of so many fails at its first attempt. */
  readonly failEvery: number;
  readonly handlerMs: number;
}

const order = JSON.parse(process.argv[2] as string) as WorkerOrder;
const record = recordTo(openSync(order.file, 'a'));
const nodes = order.ports.map((port) => ({ host: '127.0.0.1', port }));
const quick = { maxRetriesPerRequest: null, retryStrategy: () => 50 } as const;
const client = order.cluster
  ? new Cluster(nodes, { redisOptions: quick, clusterRetryStrategy: () => 50, slotsRefreshTimeout: 1_000 })
  : new Redis({ ...nodes[0], ...quick });
client.on('error', () => {});

const clock: Clock = { ...systemClock, now: () => systemClock.now() + order.clockOffMs };
const engine = recordingEngine(redisEngine(client, { shards: order.shards, pollMs: 500 }), record);
const queue = createQueue(order.queue, { engine, clock, leaseMs: order.leaseMs });

const worker = queue.work(
  async (job) => {
    const { id, key, delivery } = job;
    record({ op: 'start', id, key, delivery, worker: order.name, fence: String(job.fence) });
    if (order.handlerMs > 0) await sleep(order.handlerMs);
    if (job.attempt === 1 && Number(/\d+$/.exec(id)?.[0] ?? 0) % order.failEvery === order.failEvery - 1) {
      throw new Error('the first try fails');
    }
    return undefined;
  },
  { concurrency: order.concurrency },
);
process.on('message', (message) => {
  if (message !== 'stop') return;
  void worker
    .stop({ graceMs: 2_000 })
    .then(() => queue.close())
    .then(() => client.disconnect())
    .then(() => process.exit(0));
});
process.send?.('up');
