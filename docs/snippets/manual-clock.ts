import assert from 'node:assert/strict';
import { retry } from '@xc/breaker';
import { exponentialBackoff } from '@xc/core';
import { ManualClock, SeededRandom } from '@xc/core/testing';

const clock = new ManualClock();
const policy = retry({
  attempts: 3,
  backoff: exponentialBackoff({
    baseMs: 1_000,
    capMs: 60_000,
    jitter: 'none',
  }),
  clock,
  random: new SeededRandom(42),
});

const tries: number[] = [];
const outcome = policy.run(({ attempt }) => {
  tries.push(clock.monotonic());
  if (attempt < 3) throw new Error('not yet');
  return 'done';
});

await clock.advance(10_000); // ten seconds in no time
assert.equal(await outcome, 'done');
// After 1 s, then after 2 s more.
assert.deepEqual(tries, [0, 1_000, 3_000]);
