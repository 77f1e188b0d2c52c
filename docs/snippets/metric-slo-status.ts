import assert from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import { createMetrics, instrumentHttpServer } from '@xc/metrics';
import { defineSlo, trackSlo } from '@xc/metrics/rules';

const clock = new ManualClock(); // in an application: leave it out
const metrics = createMetrics({ clock });
const http = instrumentHttpServer(metrics, { clock });

const duration = 'http_server_request_duration_seconds';
const slo = defineSlo({
  service: 'shop',
  name: 'answers',
  objectivePercent: 99.9,
  sli: {
    errors: `sum(rate(${duration}_count{status=~"5.."}[$window]))`,
    total: `sum(rate(${duration}_count[$window]))`,
  },
});

// The same two figures, from the counters of this process.
function read() {
  const { metrics: all } = metrics.snapshot();
  const series = all.find(({ name }) => name === duration)?.series ?? [];
  const count = (bad: boolean) =>
    series
      .filter(({ labels }) => !bad || labels.status?.startsWith('5'))
      .reduce((sum, one) => sum + (one.count ?? 0), 0);
  return { errors: count(true), total: count(false) };
}
const tracked = trackSlo(slo, { read, clock });
assert.equal(tracked.status().alert, 'none');

// One answer in ten fails, where one in a thousand may.
for (let index = 0; index < 100; index += 1) {
  const status = index % 10 === 0 ? 503 : 200;
  http.begin({ method: 'GET' }).end({ route: '/cart', status });
}
await clock.advance(10_000);

const { alert, burn, budgetLeft } = tracked.status();
assert.equal(alert, 'page');
assert.equal(Math.round(burn['5m'] ?? 0), 100);
assert.equal(Math.round(budgetLeft), -99);
tracked.stop();
