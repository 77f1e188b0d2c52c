import assert from 'node:assert/strict';
import { MemoryLogger } from '@xc/core/testing';
import { createMetrics } from '@xc/metrics';
import { seriesOf } from '@xc/metrics/testing';

const logger = new MemoryLogger(); // in an application: your pino
const metrics = createMetrics({ logger });
const requests = metrics.counter({
  name: 'requests_total',
  help: 'Requests.',
  labels: ['method', 'path'],
  maxSeries: 100, // 1,000 when nothing is said
});

// Somebody has put the path into a label, and a scanner has come by.
for (let page = 0; page < 10_000; page += 1)
  requests.at('GET', `/wp-admin/${page}`).inc();

assert.equal(requests.seriesCount, 101);
const series = seriesOf(metrics, 'requests_total');
assert.equal(series['__other__,__other__'], 9_900);
// One line, which names the label.
assert.equal(logger.lines.length, 1);
assert.match(logger.lines[0]?.message ?? '', /label path with 100 values/);

// Better: say what may be there.
const paid = metrics.counter({
  name: 'orders_paid_total',
  help: 'Orders that were paid.',
  labels: ['currency'],
  allow: { currency: ['EUR', 'USD'] },
});
for (const currency of ['EUR', 'USD', 'XXX', '; drop table'])
  paid.at(currency).inc();
assert.deepEqual(seriesOf(metrics, 'orders_paid_total'), {
  EUR: 1,
  USD: 1,
  __other__: 2,
});
