import assert from 'node:assert/strict';
import { isXcError } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { createLocks } from '@xc/lock';

const clock = new ManualClock();
const locks = createLocks({ clock });

{
  await using lease = await locks.acquire('report', { ttlMs: 3_000 });
  await clock.advance(60_000);
  assert.equal(lease.signal.aborted, false); // it was renewed all the time
} // released here

const lease = await locks.acquire('report', {
  ttlMs: 3_000,
  maxHoldMs: 10_000, // whatever happens, not longer than this
});
await clock.advance(10_000);
assert.ok(isXcError(lease.signal.reason, 'XC_LOCK_LOST'));
await lease.release(); // does no harm

const outcome = locks.using('other', () => clock.sleep(5_000), {
  ttlMs: 3_000,
  renew: false,
});
const failed = outcome.catch((error: unknown) => error);
await clock.advance(5_000);
assert.ok(isXcError(await failed, 'XC_LOCK_LOST'));
