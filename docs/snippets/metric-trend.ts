import assert from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import { createTrend } from '@xc/metrics';

const clock = new ManualClock(); // in an application: leave it out
const trend = createTrend({ clock });

let diskBytes = 40e9;
let orders = 0;
trend.watch('disk', () => diskBytes, { limit: 100e9 });
trend.watch('orders', () => orders, { kind: 'counter' });

// Two hours: the disk fills, somebody copies a file and deletes it.
for (let minute = 1; minute <= 120; minute += 1) {
  diskBytes = 40e9 + minute * 100e6 + (minute === 60 ? 30e9 : 0);
  orders += 30;
  await clock.advance(60_000);
}

const [disk, sold] = trend.report();
// The outlier has not moved the line: 100 MB a minute, 8 hours left.
assert.equal(Math.round((disk?.slopePerSecond ?? 0) * 60), 100e6);
assert.equal(Math.round((disk?.timeToLimitMs ?? 0) / 3_600_000), 8);
// A counter is shown as its rate a second.
assert.equal(sold?.current, 0.5);
assert.match(trend.toMarkdown(), /^\| disk \| gauge \| 52000000000 \|/m);
trend.stop();
