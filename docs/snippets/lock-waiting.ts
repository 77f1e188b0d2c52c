import assert from 'node:assert/strict';
import { isXcError } from '@xc/core';
import { createLocks } from '@xc/lock';

const locks = createLocks();
const order: string[] = [];

const jobs = ['first', 'second', 'third'].map((job) =>
  locks.using('printer', async () => order.push(job)),
);
await Promise.all(jobs);
assert.deepEqual(order, ['first', 'second', 'third']);

await using lease = await locks.acquire('printer');
assert.equal(lease.name, 'printer');
assert.equal(await locks.tryAcquire('printer'), undefined);

try {
  await locks.acquire('printer', { waitMs: 0 });
} catch (error) {
  assert.ok(isXcError(error, 'XC_LOCK_TIMEOUT') && error.retryable);
}

const request = new AbortController();
const waiting = locks.acquire('printer', { signal: request.signal });
request.abort(new Error('the request is gone'));
await assert.rejects(waiting, /the request is gone/);
