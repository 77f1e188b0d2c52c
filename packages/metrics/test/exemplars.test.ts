import { expect, test } from 'vitest';
import { createMetrics } from '../src/index.ts';
import { parseExposition, seriesOf } from '../src/testing/index.ts';
import { openMetrics, textOf } from './scraped.ts';

const help = 'Something.';

test('an exemplar stands behind its sample in OpenMetrics, and nowhere in text', async () => {
  const metrics = createMetrics({ selfMetrics: false });
  const counter = metrics.counter({ name: 'c_total', help, labels: ['x'] });
  const histogram = metrics.histogram({ name: 'h', help, buckets: [1, 2] });
  counter.at('1').inc(3, { trace_id: 'a"b' });
  histogram.at().record(1.5, { trace_id: 'abc', span_id: '1' });
  histogram.at().record(0.5);
  const text = await textOf(metrics, openMetrics);
  expect(text).toContain('c_total{x="1"} 3 # {trace_id="a\\"b"} 3\n');
  expect(text).toContain('h_bucket{le="1.0"} 1\nh_bucket{le="2.0"} 2 # {trace_id="abc",span_id="1"} 1.5\n');
  parseExposition(text, 'openmetrics');
  expect(await textOf(metrics)).not.toContain('trace_id');
});

test('an exemplar that is too long or none is dropped and counted as rejected, its value is not', () => {
  const metrics = createMetrics();
  const cell = metrics.histogram({ name: 'h', help, buckets: [1] }).at();
  cell.record(1, { trace_id: 'x'.repeat(120) });
  cell.record(1, { trace_id: 'x'.repeat(121) });
  cell.record(1, { 'a-b': '1' });
  cell.record(1, { trace_id: 5 } as never);
  const throwing = {
    get trace_id(): string {
      throw new Error('no');
    },
  };
  cell.record(1, throwing);
  cell.record(1, null as never);
  expect(cell.count).toBe(6);
  expect(seriesOf(metrics, 'xc_metrics_rejected_total')).toEqual({ h: 5 });
});

test('the active span is asked for once a bucket and scrape, not for each value', async () => {
  let asked = 0;
  const metrics = createMetrics({ exemplars: () => ({ trace_id: `t${++asked}` }) });
  const cell = metrics.histogram({ name: 'h', help, labels: ['x'], buckets: [1, 2] }).at('y');
  for (let time = 0; time < 100; time++) {
    cell.record(0.5);
    cell.record(1.5);
  }
  expect(asked).toBe(2);
  const first = await textOf(metrics, openMetrics);
  expect(first).toContain('h_bucket{x="y",le="1.0"} 100 # {trace_id="t1"} 0.5\n');
  expect(first).toContain('h_bucket{x="y",le="2.0"} 200 # {trace_id="t2"} 1.5\n');
  for (let time = 0; time < 100; time++) cell.record(0.7);
  cell.record(9);
  expect(asked).toBe(4);
  const second = await textOf(metrics, openMetrics);
  expect(second).toContain('le="1.0"} 200 # {trace_id="t3"} 0.7\n');
  expect(second).toContain('le="+Inf"} 301 # {trace_id="t4"} 9\n');
});

test('a span that is none, or cannot be had, leaves the value alone', () => {
  let says: () => { trace_id: string } | undefined = () => undefined;
  const metrics = createMetrics({ exemplars: () => says() });
  const cell = metrics.histogram({ name: 'h', help, buckets: [1] }).at();
  cell.record(0.5);
  says = () => {
    throw new Error('no tracer');
  };
  cell.record(5);
  expect(cell.count).toBe(2);
  expect(seriesOf(metrics, 'xc_metrics_rejected_total')).toEqual({ h: 1 });
});
