import assert from 'node:assert/strict';
import { isXcError } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { createQueue, memoryEngine } from '@xc/queue';

const clock = new ManualClock(1_800_000_000_000); // in an application: leave it out
const engine = memoryEngine({ clock });
const options = { engine, clock, leaseMs: 15_000 };
const queue = createQueue<{ task: { in: number } }>('main', options);

queue.work({
  task: (job) =>
    // Give the signal to whatever waits: it aborts when the lease cannot be trusted any more, on a timeout, on cancel
    // and when the worker has to stop.
    new Promise((_, reject) => {
      job.signal.addEventListener('abort', () => reject(job.signal.reason));
    }),
});

const ref = await queue.add('task', 1, {
  timeoutMs: 60_000,
  maxAttempts: 1,
});
const result = ref.result();
result.catch(() => {});
await clock.advance(45_000); // three leases long: it is renewed every third of one
assert.equal((await queue.inspect(ref.id))?.delivery, 1);

await clock.advance(15_000);
await assert.rejects(result, (error) => isXcError(error, 'XC_QUEUE_DEAD'));
assert.equal(
  (await queue.inspect(ref.id))?.error?.code,
  'XC_QUEUE_TIMEOUT',
);
await queue.close();
