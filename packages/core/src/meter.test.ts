import { expect, test } from 'vitest';
import { noopMeter } from './meter.ts';

test('noopMeter takes every metric, label and value, and hands out the same cells', () => {
  const spec = { name: 'xc_test_calls_total', help: 'Calls.', labels: ['outcome'] };
  const counter = noopMeter.counter(spec);
  const gauge = noopMeter.gauge(spec);
  const histogram = noopMeter.histogram({ ...spec, buckets: [1, 2] });
  counter.at('ok').inc();
  counter.at('ok').inc(5);
  gauge.at('ok').set(5);
  gauge.at('ok').add(-1);
  histogram.at('ok').record(0.5);
  expect(counter.at('ok')).toBe(noopMeter.counter({ ...spec, name: 'xc_test_other_total' }).at());
  expect(gauge.at('a')).toBe(gauge.at('b'));
  expect(histogram.at('a')).toBe(histogram.at('b'));
});
