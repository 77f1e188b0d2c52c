import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createLocks } from '@xc/lock';

const locks = createLocks();

// Two at a time, wherever they run.
const downloads = locks.semaphore('downloads', 2);
const leases = [await downloads.acquire('a'), await downloads.acquire('b')];
await assert.rejects(downloads.acquire('c', { waitMs: 0 }));
for (const lease of leases) await lease.release();

// Both accounts or neither, whoever names them in whatever order.
{
  await using both = await locks.acquireAll(['account:2', 'account:1']);
  assert.equal(both.name, 'account:1, account:2');
}

// On one node at a time.
const turns: bigint[] = [];
const leadership = locks.lead('scheduler', async ({ fence, signal }) => {
  turns.push(fence);
  if (!signal.aborted) await once(signal, 'abort');
});
while (!leadership.leading) await new Promise((next) => setImmediate(next));
await leadership[Symbol.asyncDispose](); // the work ends, then the lock is free
assert.equal(turns.length, 1);
assert.equal((await locks.inspect('scheduler'))?.held, false);
