import * as bullmq from 'bullmq';
import { Redis } from 'ioredis';
import { bullmqQueue } from '../../src/bullmq/index.ts';

/** What holds the process up: a worker that waits, one whose handler never ends, a client of its own. */
const [port, ...parts] = process.argv.slice(2);
const has = (part: string): boolean => parts.includes(part);

const address = { host: '127.0.0.1', port: Number(port) };
const client = has('client') ? new Redis({ ...address, maxRetriesPerRequest: null }) : undefined;
client?.on('error', () => {});
const queue = bullmqQueue('leaving', { bullmq, connection: client ?? address, deadlineMs: 1_500 });
const handlers = {
  quick: () => 'done',
  endless: () => {
    process.send?.('running');
    return new Promise<never>(() => {});
  },
};
const worker = queue.work(handlers, { abortGraceMs: 100 });

process.once('message', async () => {
  // Nothing ends the process but that nothing is left to wait for.
  process.send?.(await worker.stop({ graceMs: 100 }));
  await queue.close({ graceMs: 100 });
  client?.disconnect();
  process.send?.('closed');
  process.disconnect();
});

if (!has('alone')) {
  await worker.ready();
  await (await queue.add('quick', 1)).result();
  if (has('endless')) await queue.add('endless', 1);
}
process.send?.('up');
