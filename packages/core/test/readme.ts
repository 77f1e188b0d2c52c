import assert from 'node:assert/strict';
// #region usage
import { type Clock, exponentialBackoff, isXcError, type Random, systemClock, systemRandom, XcError } from '@xc/core';
import { ManualClock } from '@xc/core/testing';

const backoff = exponentialBackoff({ baseMs: 100, capMs: 5_000 });

/** Asks until there is an answer, at most five times. Time and chance come in, so that a test never waits. */
async function ask<T>(
  question: () => Promise<T>,
  clock: Clock = systemClock,
  random: Random = systemRandom,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await question();
    } catch (error) {
      if (!isXcError(error) || !error.retryable || attempt === 5) throw error;
      await clock.sleep(backoff.delayMs(attempt, random));
    }
  }
}

const clock = new ManualClock();
let asked = 0;
const answer = ask(async () => {
  asked += 1;
  if (asked < 4) throw new XcError('XC_CITIES_BUSY', 'the city guide is busy', { retryable: true });
  return 'Lisbon';
}, clock);

await clock.advance(60_000); // takes no time at all
// #endregion

assert.equal(await answer, 'Lisbon');
assert.equal(asked, 4);
