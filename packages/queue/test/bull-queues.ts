import * as bullmq from 'bullmq';
import { afterEach, inject } from 'vitest';
import type { BullmqOptions } from '../src/bullmq/bullmq-options.ts';
import { bullmqQueue } from '../src/bullmq/bullmq-queue.ts';
import type { AnyJobs } from '../src/queue/job-types.ts';
import type { Queue } from '../src/queue/queue.ts';

/** Opens queues of BullMQ on the Redis of the project; after each test they are emptied and closed. */
export function bullQueues(prefix: string): (options?: Partial<BullmqOptions>) => Queue<AnyJobs> {
  const url = new URL(inject('redis'));
  const connection = { host: url.hostname, port: Number(url.port) };
  const opened: Queue<AnyJobs>[] = [];
  let counter = 0;
  afterEach(async () => {
    for (const queue of opened.splice(0)) {
      await new bullmq.Queue(queue.name, { connection }).obliterate({ force: true });
      await queue.close({ graceMs: 0 });
    }
  });
  return (options = {}) => {
    const queue = bullmqQueue(`${prefix}-${process.pid}-${counter++}`, { bullmq, connection, ...options });
    opened.push(queue);
    return queue;
  };
}
