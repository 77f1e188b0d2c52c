import assert from 'node:assert/strict';
import { createBreaker } from '@xc/breaker';
import { ManualClock } from '@xc/core/testing';

const clock = new ManualClock(); // in an application: leave it out
const breaker = createBreaker({
  name: 'geocoder',
  window: { type: 'count', size: 10 },
  minimumCalls: 4,
  failureRate: 0.5,
  openForMs: 5_000,
  halfOpen: { permits: 2, maxWaitMs: 10_000 },
  clock,
});

const down = () => Promise.reject(new Error('connection refused'));
for (let call = 0; call < 4; call += 1)
  await breaker.run(down).catch(() => {});
assert.equal(breaker.state, 'open'); // 4 calls, 100 % failed

// The wait is over: the next call is a probe.
await clock.advance(5_000);
await breaker.run(() => 'Lisbon');
assert.equal(breaker.state, 'half-open'); // one good probe of two
await breaker.run(() => 'Porto');
assert.equal(breaker.state, 'closed');
// What happened before is forgotten.
assert.equal(breaker.snapshot().calls, 0);
