import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require, `other` the other one. */
export default async function smoke(load, other) {
  const { createMetrics, runtimeMetrics } = await load('@xc/metrics');
  const { parseExposition, seriesOf } = await load('@xc/metrics/testing');
  const metrics = createMetrics();
  const runtime = runtimeMetrics(metrics);
  metrics
    .counter({ name: 'smoke_total', help: 'Smoke.', labels: ['kind'], maxSeries: 1 })
    .at('white')
    .inc();
  const { body } = await metrics.scrape({ accept: 'application/openmetrics-text' });
  const families = parseExposition(new TextDecoder().decode(body), 'openmetrics');
  assert.ok(families.some(({ name, samples }) => name === 'smoke' && samples[0]?.value === 1));
  assert.deepEqual(seriesOf(metrics, 'smoke_total'), { white: 1 });
  runtime.stop();

  const { isXcError } = await other('@xc/core');
  const strict = metrics.counter({
    name: 'strict_total',
    help: 'Strict.',
    labels: ['a'],
    maxSeries: 1,
    overflow: 'throw',
  });
  strict.at('1');
  assert.throws(
    () => strict.at('2'),
    (error) => isXcError(error, 'XC_METRICS_OVERFLOW'),
  );
}
