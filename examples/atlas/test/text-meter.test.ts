import { expect, test } from 'vitest';
import { readMetric } from '../src/metrics/read-metric.ts';
import { createTextMeter } from '../src/metrics/text-meter.ts';

test('prints counters and gauges with their help, type and labels', () => {
  const meter = createTextMeter();
  const calls = meter.counter({ name: 'calls_total', help: 'Calls', labels: ['outcome'] });
  calls.at('success').inc();
  calls.at('success').inc(2);
  calls.at('failure').inc();
  const state = meter.gauge({ name: 'state', help: 'State' }).at();
  state.set(2);
  state.add(-1);
  expect(meter.text()).toBe(
    [
      '# HELP calls_total Calls',
      '# TYPE calls_total counter',
      'calls_total{outcome="success"} 3',
      'calls_total{outcome="failure"} 1',
      '# HELP state State',
      '# TYPE state gauge',
      'state 1',
      '',
    ].join('\n'),
  );
});

test('prints histograms cumulatively, up to +Inf', () => {
  const meter = createTextMeter();
  const seconds = meter.histogram({ name: 'seconds', help: 'Time', buckets: [0.5, 1] }).at();
  for (const value of [0.5, 0.75, 7]) seconds.record(value);
  expect(meter.text().split('\n').slice(2, 7)).toEqual([
    'seconds_bucket{le="0.5"} 1',
    'seconds_bucket{le="1"} 2',
    'seconds_bucket{le="+Inf"} 3',
    'seconds_sum 8.25',
    'seconds_count 3',
  ]);
});

test('gives two askers of one metric the same cell, and refuses a second kind', () => {
  const meter = createTextMeter();
  const spec = { name: 'calls_total', help: 'Calls', labels: ['outcome'] };
  meter.counter(spec).at('success').inc();
  meter.counter(spec).at('success').inc();
  expect(readMetric(meter.text(), 'calls_total')).toBe(2);
  expect(() => meter.gauge(spec)).toThrow('calls_total is a counter already, not a gauge');
});

test('no label value breaks the line it stands in', () => {
  const meter = createTextMeter();
  meter
    .counter({ name: 'calls_total', help: 'a\nb', labels: ['who'] })
    .at('a"b\\c\nd')
    .inc();
  expect(meter.text()).toContain('calls_total{who="a\\"b\\\\c\\nd"} 1\n');
  expect(meter.text()).toContain('# HELP calls_total a\\nb\n');
});

test('reads the sum over the series of a page, and of nothing else', () => {
  const page = 'calls_total{a="1"} 2\ncalls_total{a="2"} 3\ncalls_total_more 100\ncalls 1\n';
  expect(readMetric(page, 'calls_total')).toBe(5);
  expect(readMetric(page, 'calls')).toBe(1);
  expect(readMetric(page, 'none')).toBe(0);
});
