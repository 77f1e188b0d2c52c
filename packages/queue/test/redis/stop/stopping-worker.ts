import { Redis } from 'ioredis';
import { createQueue } from '../../../src/index.ts';
import { redisEngine } from '../../../src/redis/index.ts';

const client = new Redis({ host: '127.0.0.1', port: Number(process.argv[2]) });
const queue = createQueue('stopped', { engine: redisEngine(client), leaseMs: 60_000 });
const worker = queue.work(
  (job) => new Promise((_, reject) => job.signal.addEventListener('abort', () => reject(job.signal.reason))),
  { concurrency: 3, prefetch: 4, graceMs: 300 },
);
process.once('SIGTERM', () => {
  // Nothing ends the process but that nothing is left to wait for.
  void worker
    .stop()
    .then((report) => process.send?.(report))
    .then(() => queue.close())
    .then(() => client.quit())
    .then(() => process.disconnect());
});
await worker.ready();
process.send?.('up');
