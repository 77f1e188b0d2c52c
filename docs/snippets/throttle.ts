import assert from 'node:assert/strict';
import { throttle } from '@xc/breaker';
import { isXcError } from '@xc/core';
import { ManualClock, SeededRandom } from '@xc/core/testing';

const policy = throttle({
  k: 2,
  minimumCalls: 20,
  clock: new ManualClock(),
  random: new SeededRandom(1),
});

let refused = 0;
const down = () => Promise.reject(new Error('503'));
for (let call = 0; call < 1_000; call += 1) {
  await policy.run(down).catch((error) => {
    if (isXcError(error, 'XC_BREAKER_THROTTLED')) refused += 1;
  });
}

// Nothing was accepted, so nine calls in ten stay at home.
assert.equal(policy.rejection, 0.9);
assert.ok(refused > 850 && refused < 950);
