import assert from 'node:assert/strict';
import { createBreaker } from '@xc/breaker';
import { ManualClock } from '@xc/core/testing';

const clock = new ManualClock();
const breaker = createBreaker({
  name: 'search',
  minimumCalls: 5,
  slowAfterMs: 200, // longer than this is slow, even when it succeeds
  slowRate: 0.6, // open when 60 % of the calls are
  clock,
});

for (let call = 0; call < 5; call += 1) {
  const answer = breaker.run(() => clock.sleep(300));
  await clock.advance(300);
  await answer;
}

assert.equal(breaker.state, 'open');
assert.deepEqual(
  [breaker.snapshot().failureRate, breaker.snapshot().slowRate],
  [0, 1],
);
