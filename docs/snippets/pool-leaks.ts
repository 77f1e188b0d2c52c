import assert from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import { createPool, type PoolEvent } from '@xc/pool';
import { fakeFactory } from '@xc/pool/testing';

const clock = new ManualClock();
const leaks: PoolEvent[] = [];
const pool = createPool(fakeFactory(), {
  max: 1,
  leak: { afterMs: 60_000, stack: 'always', action: 'reclaim' },
  onEvent: (event) => event.type === 'leak' && leaks.push(event),
  clock,
});

const lease = await pool.acquire({ label: 'checkout' });
await clock.advance(60_000);

const [leak] = leaks;
assert(leak?.type === 'leak');
assert.equal(leak.label, 'checkout');
assert.match(leak.stack ?? '', /pool-leaks\.ts/);

// Reclaimed: whoever still holds it is told, and the place is free for the next.
assert(lease.signal.aborted && lease.ended);
await pool.use((resource) => assert(resource.alive));
await pool.drain();
