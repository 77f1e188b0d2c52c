import assert from 'node:assert/strict';
import { createQueue } from '@xc/queue';

type Order = { id: string; cents: number };
const queue = createQueue<{ charge: { in: Order } }>('orders', {
  backoff: { delayMs: () => 1 },
});

let payments = 0;
let mails = 0;
const newestFence = new Map<string, bigint>();

queue.work({
  charge: async (job) => {
    // 2. What is recorded is not done again.
    await job.once('payment', () => {
      payments += 1;
      return 'paid';
    });
    // 3. A store that keeps the newest fence refuses a worker that was given up.
    const newest = newestFence.get(job.data.id) ?? 0n;
    if (job.fence < newest) return;
    newestFence.set(job.data.id, job.fence);
    mails += 1;
    if (mails === 1) throw new Error('the mail server is away');
  },
});

// 1. The same id again is the same job: a client may add twice.
const order = { id: '7', cents: 900 };
const first = await queue.add('charge', order, { id: 'order-7' });
const again = await queue.add('charge', order, { id: 'order-7' });
assert.deepEqual([first.outcome, again.outcome], ['added', 'exists']);

await first.result();
assert.deepEqual([payments, mails], [1, 2]); // the handler ran twice
await queue.close();
