import assert from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import { createTimings, Profiled } from '@xc/metrics/profile';

const clock = new ManualClock(); // in an application: leave it out
const timings = createTimings({ clock });

class Checkout {
  @Profiled(timings, 'pay')
  async pay(): Promise<void> {
    await timings.time('card', () => clock.sleep(80));
    await timings.time('receipt', () => clock.sleep(15));
    await clock.sleep(5);
  }
}
const paid = new Checkout().pay();
await clock.advance(80);
await clock.advance(15);
await clock.advance(5);
await paid;

// Self time: what a name costs without what was timed inside it.
const { rows, toMarkdown } = timings.report();
assert.deepEqual(
  rows.map(({ name, selfMs, totalMs }) => [name, selfMs, totalMs]),
  [
    ['card', 80, 80],
    ['receipt', 15, 15],
    ['pay', 5, 100],
  ],
);
assert.match(toMarkdown(), /^\| card \| 80\.0 % \|/m);
