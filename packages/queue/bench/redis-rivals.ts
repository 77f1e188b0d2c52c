import BeeQueue from 'bee-queue';
import { Queue as BullQueue, Worker as BullWorker } from 'bullmq';
import { Queue as GroupQueue, Worker as GroupWorker } from 'groupmq';
import { Redis } from 'ioredis';
import { createQueue } from '../src/index.ts';
import { redisEngine } from '../src/redis/index.ts';

/** A queue of somebody, with what the benches ask of it. */
export interface Rival {
  add(data: unknown): Promise<unknown>;
  /** All in the fastest way there is. */
  addMany(data: readonly unknown[]): Promise<unknown>;
  addDelayed?(data: unknown, delayMs: number): Promise<unknown>;
  /** Runs `handler` for jobs, so many at once, until the returned function is called. */
  work(concurrency: number, handler: (data: unknown) => unknown): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

let names = 0;
const freshName = (): string => {
  names += 1;
  return `bench${names}`;
};

/** Ours, with everything at its default. */
export function ours(port: number, keyOf?: (data: unknown) => string): Rival {
  const client = new Redis(port);
  const queue = createQueue(freshName(), { engine: redisEngine(client, { deadlineMs: 20_000 }) });
  const options = (data: unknown): { readonly key?: string } => (keyOf === undefined ? {} : { key: keyOf(data) });
  return {
    add: (data) => queue.add('job', data, options(data)),
    addMany: (all) => queue.addMany(all.map((data) => ({ type: 'job', data, options: options(data) }))),
    addDelayed: (data, delayMs) => queue.add('job', data, { delayMs }),
    async work(concurrency, handler) {
      const worker = queue.work((job) => handler(job.data), { concurrency });
      await worker.ready();
      return () => worker.stop().then(() => undefined);
    },
    async close() {
      await queue.close();
      client.disconnect();
    },
  };
}

export function bullmq(port: number): Rival {
  const name = freshName();
  const connection = new Redis(port, { maxRetriesPerRequest: null });
  const queue = new BullQueue(name, { connection, defaultJobOptions: { removeOnComplete: 1_000 } });
  return {
    add: (data) => queue.add('job', data),
    addMany: (all) => queue.addBulk(all.map((data) => ({ name: 'job', data }))),
    addDelayed: (data, delay) => queue.add('job', data, { delay }),
    async work(concurrency, handler) {
      const worker = new BullWorker(name, async (job) => handler(job.data), { connection, concurrency });
      await worker.waitUntilReady();
      return () => worker.close();
    },
    async close() {
      await queue.close();
      connection.disconnect();
    },
  };
}

export function beeQueue(port: number): Rival {
  const settings = { redis: { port }, removeOnSuccess: true, storeJobs: false };
  const name = freshName();
  const queue = new BeeQueue(name, { ...settings, isWorker: false });
  return {
    add: (data) => queue.createJob(data).save(),
    addMany: (all) => queue.saveAll(all.map((data) => queue.createJob(data))),
    async work(concurrency, handler) {
      const worker = new BeeQueue(name, { ...settings, isWorker: true });
      await worker.ready();
      worker.process(concurrency, async (job) => handler((job as { readonly data: unknown }).data));
      return () => worker.close(1_000).then(() => undefined);
    },
    close: () => queue.close(1_000).then(() => undefined),
  };
}

/** The rival for keys. */
export function groupmq(port: number, keyOf: (data: unknown) => string): Rival {
  const redis = new Redis(port, { maxRetriesPerRequest: null });
  const queue = new GroupQueue({ redis, namespace: freshName() });
  const add = (data: unknown): Promise<unknown> => queue.add({ groupId: keyOf(data), data });
  return {
    add,
    addMany: (all) => Promise.all(all.map(add)),
    async work(concurrency, handler) {
      const worker = new GroupWorker({
        queue,
        concurrency,
        handler: async (job) => handler((job as { readonly data: unknown }).data),
      });
      void worker.run();
      return () => worker.close();
    },
    async close() {
      redis.disconnect();
    },
  };
}
