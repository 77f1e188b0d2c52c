import assert from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import { createQueue, memoryEngine } from '@xc/queue';
import { audit, checkHistory, recordHistory } from '@xc/queue/testing';

// One clock for the queue and its engine: a test owns the time.
const clock = new ManualClock(1_800_000_000_000);
const opened = createQueue<{ mail: { in: string } }>('mails', {
  clock,
  engine: memoryEngine({ clock }),
  backoff: { delayMs: () => 60_000 },
});
// Writes down what happens, to be judged afterwards.
const { queue, history } = recordHistory(opened);

let attempts = 0;
const worker = queue.work({
  mail: () => {
    attempts += 1;
    if (attempts === 1) throw new Error('busy');
  },
});
const ref = await queue.add('mail', 'ada@example.org', { delayMs: 5_000 });

await clock.advance(5_000);
assert.equal(attempts, 1);
await clock.advance(60_000); // no test waits for a back-off
assert.equal(attempts, 2);
await ref.result();
await worker.idle();

assert.ok((await audit(opened)).ok); // every derived fact recounted
await opened.close();
const { violations } = checkHistory([
  ...history,
  { t: clock.monotonic(), op: 'end' },
]);
assert.deepEqual(violations, []);
