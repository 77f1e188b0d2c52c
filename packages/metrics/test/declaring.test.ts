import { describe, expect, test } from 'vitest';
import {
  createMetrics,
  exponentialBuckets,
  fastBuckets,
  latencyBuckets,
  linearBuckets,
  lintDeclarations,
  sizeBuckets,
} from '../src/index.ts';
import { seriesOf } from '../src/testing/index.ts';
import { familiesOf, openMetrics, textOf } from './scraped.ts';

const help = 'Something.';

describe('a name', () => {
  test.each(['a-b', '1a', '', 'a b', 'é', 'a\n', undefined])('cannot be %j', (name) => {
    const message = `metric name must match [a-zA-Z_:][a-zA-Z0-9_:]*, got ${JSON.stringify(name)}`;
    expect(() => createMetrics().counter({ name: name as string, help })).toThrow(new TypeError(message));
  });

  test.each(['__x', '1a', 'a-b', 'a:b', ''])('of a label cannot be %j', (label) => {
    const declare = () => createMetrics().counter({ name: 'a_total', help, labels: [label] });
    expect(declare).toThrow(TypeError);
    expect(declare).toThrow(/^label name must match /);
  });

  test('of a label stands there once, constant labels and those of a scope included', () => {
    const metrics = createMetrics({ labels: { service: 'x' } });
    const scope = metrics.scope({ labels: { region: 'eu' } });
    expect(() => metrics.gauge({ name: 'a', help, labels: ['b', 'b'] })).toThrow(TypeError);
    expect(() => metrics.gauge({ name: 'a', help, labels: ['service'] })).toThrow('a has the label service twice');
    expect(() => scope.gauge({ name: 'a', help, labels: ['region'] })).toThrow('a has the label region twice');
  });

  test('of a label of a histogram is not le, wherever it comes from', () => {
    expect(() => createMetrics().histogram({ name: 'a', help, labels: ['le'] })).toThrow(TypeError);
    expect(() => createMetrics({ labels: { le: '1' } }).histogram({ name: 'a', help })).toThrow(TypeError);
    createMetrics().gauge({ name: 'a', help, labels: ['le'] });
  });

  test('with its samples belongs to one metric', () => {
    const metrics = createMetrics();
    metrics.histogram({ name: 'x', help });
    for (const name of ['x_bucket', 'x_sum', 'x_count']) {
      expect(() => metrics.counter({ name, help })).toThrow(TypeError);
    }
    metrics.gauge({ name: 'y_sum', help });
    expect(() => metrics.histogram({ name: 'y', help })).toThrow(/y_sum/);
    metrics.counter({ name: 'z', help });
    expect(() => metrics.counter({ name: 'z_total', help })).toThrow(TypeError);
  });
});

describe('the same declaration', () => {
  test('gives the same instrument', () => {
    const metrics = createMetrics();
    const spec = { name: 'a_seconds', help, labels: ['x'], buckets: [1, 2] } as const;
    const one = metrics.histogram(spec);
    expect(metrics.histogram({ ...spec, buckets: [1, 2, Number.POSITIVE_INFINITY] })).toBe(one);
    expect(one.at('v')).toBe(metrics.histogram(spec).at('v'));
  });

  test('with another type, labels or buckets is refused, and both are shown', () => {
    const metrics = createMetrics();
    metrics.histogram({ name: 'a', help, labels: ['x', 'y'], buckets: [1] });
    expect(() => metrics.counter({ name: 'a', help, labels: ['x', 'y'] })).toThrow(
      /histogram a with labels \(x, y\) and buckets \[1\].*counter a with labels \(x, y\)/,
    );
    expect(() => metrics.histogram({ name: 'a', help, labels: ['y', 'x'], buckets: [1] })).toThrow(TypeError);
    expect(() => metrics.histogram({ name: 'a', help, labels: ['x', 'y'], buckets: [2] })).toThrow(TypeError);
    expect(() => metrics.histogram({ name: 'a', help, labels: ['x', 'y'] })).toThrow(TypeError);
  });
});

describe('buckets', () => {
  test.each([
    [[5, 2], 'buckets must increase, got 2 after 5'],
    [[1, 1], 'buckets must increase, got 1 after 1'],
    [[1, Number.NaN], 'buckets must be finite, got NaN'],
    [[Number.NEGATIVE_INFINITY, 1], 'buckets must be finite, got -Infinity'],
    [[1, Number.POSITIVE_INFINITY, 2], 'buckets must be finite, got Infinity'],
    [Array.from({ length: 161 }, (_, index) => index), 'buckets must be at most 160, got 161'],
  ])('cannot be %j', (buckets, message) => {
    expect(() => createMetrics().histogram({ name: 'a', help, buckets })).toThrow(new RangeError(message));
  });

  test('are none, or up to 160, and +Inf may stand last', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    metrics.histogram({ name: 'a', help, buckets: [] }).at().record(3);
    metrics
      .histogram({ name: 'b', help, buckets: linearBuckets(1, 1, 160) })
      .at()
      .record(160);
    metrics
      .histogram({ name: 'c', help, buckets: [1, Number.POSITIVE_INFINITY] })
      .at()
      .record(1);
    expect(metrics.snapshot().metrics.map(({ series }) => series[0]?.buckets?.length)).toEqual([1, 161, 2]);
    expect(metrics.declarations()[2]?.buckets).toEqual([1]);
    expect(await textOf(metrics)).toContain('a_bucket{le="+Inf"} 1\na_sum 3\na_count 1\n');
  });

  test('of many bounds take each value into the right one', () => {
    const metrics = createMetrics();
    const bounds = linearBuckets(1, 1, 160);
    const cell = metrics.histogram({ name: 'a', help, buckets: bounds }).at();
    for (const bound of bounds) cell.record(bound);
    for (const bound of bounds) cell.record(bound + 0.5);
    const buckets = metrics.snapshot().metrics.find(({ name }) => name === 'a')?.series[0]?.buckets;
    expect(buckets).toEqual([...bounds.map((_, index) => 2 * index + 1), 320]);
  });

  test.each([
    () => linearBuckets(0, 0, 5),
    () => linearBuckets(0, -1, 5),
    () => linearBuckets(Number.NaN, 1, 5),
    () => linearBuckets(0, 1, 0),
    () => linearBuckets(0, 1, 1.5),
    () => exponentialBuckets(0, 2, 3),
    () => exponentialBuckets(1, 1, 3),
    () => exponentialBuckets(1, 2, 0),
    () => exponentialBuckets(1, 2, Number.NaN),
  ])('are not made from nonsense: %s', (make) => {
    expect(make).toThrow(RangeError);
  });

  test('come in sets for what is usual', () => {
    expect(latencyBuckets).toEqual([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]);
    expect([fastBuckets[0], fastBuckets.at(-1)]).toEqual([0.00005, 0.1]);
    expect([sizeBuckets[0], sizeBuckets[1], sizeBuckets.at(-1)]).toEqual([128, 512, 67_108_864]);
    expect(createMetrics().histogram({ name: 'a', help }) && true).toBe(true);
  });
});

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a cap cannot be %j', (maxSeries) => {
  const message = `maxSeries must be a positive integer, got ${maxSeries}`;
  expect(() => createMetrics({ maxSeries })).toThrow(new RangeError(message));
  expect(() => createMetrics().counter({ name: 'a_total', help, maxSeries })).toThrow(new RangeError(message));
  expect(() => createMetrics({ maxTotalSeries: maxSeries })).toThrow(RangeError);
  expect(() => createMetrics({ maxValueLength: maxSeries })).toThrow(RangeError);
});

test('a prefix that no name can begin with is refused at once', () => {
  for (const prefix of ['a-', '1a_', ' ']) {
    expect(() => createMetrics({ prefix })).toThrow(
      new TypeError(`prefix must match [a-zA-Z_:][a-zA-Z0-9_:]*, got ${JSON.stringify(prefix)}`),
    );
  }
  expect(() => createMetrics({ prefix: 'shop:' })).not.toThrow();
});

test('an overflow and an aggregate that there are not are refused', () => {
  const metrics = createMetrics();
  for (const word of ['', 'average ', 'toString']) {
    expect(() => metrics.gauge({ name: 'g', help: 'h', aggregate: word as 'sum' })).toThrow(
      new TypeError(`aggregate must be sum, min, max, average or each, got ${word}`),
    );
    expect(() => metrics.gauge({ name: 'g', help: 'h', overflow: word as 'fold' })).toThrow(
      new TypeError(`overflow must be fold, drop or throw, got ${word}`),
    );
  }
});

test('options that are no times are refused', () => {
  expect(() => createMetrics({ sliceMs: -1 })).toThrow(RangeError);
  expect(() => createMetrics({ collectTimeoutMs: 0 })).toThrow(RangeError);
  expect(() => createMetrics().gauge({ name: 'a', help, idleMs: 0 })).toThrow(RangeError);
  expect(() => createMetrics().gauge({ name: 'a', help, overflow: 'burn' as 'fold' })).toThrow(TypeError);
});

describe('prefix, constant labels and scopes', () => {
  test('stand before everything but what a Metrics says of itself', async () => {
    const metrics = createMetrics({ prefix: 'app_', labels: { service: 'atlas' } });
    metrics
      .counter({ name: 'a_total', help, labels: ['x'] })
      .at('1')
      .inc();
    expect(await textOf(metrics)).toContain('app_a_total{service="atlas",x="1"} 1\n');
    expect(metrics.declarations().map(({ name }) => name)).toContain('xc_metrics_series');
    expect(metrics.snapshot().metrics[0]?.series[0]?.labels).toEqual({ service: 'atlas', x: '1' });
  });

  test('come in the order constant, scope, own', async () => {
    const metrics = createMetrics({ prefix: 'app_', labels: { service: 'atlas' } });
    const scope = metrics.scope({ prefix: 'db_', labels: { region: 'eu' } });
    scope
      .histogram({ name: 'a', help, labels: ['x'], buckets: [1] })
      .at('1')
      .record(1);
    expect(await textOf(metrics)).toContain('app_db_a_bucket{service="atlas",region="eu",x="1",le="1"} 1\n');
  });

  test('make one metric of the same name with the same fixed label names', async () => {
    const metrics = createMetrics({ selfMetrics: false });
    for (const region of ['eu', 'us']) {
      metrics
        .scope({ labels: { region } })
        .counter({ name: 'a_total', help, labels: ['x'] })
        .at('1')
        .inc(2);
    }
    expect(await familiesOf(metrics)).toHaveLength(1);
    expect(seriesOf(metrics, 'a_total')).toEqual({ 'eu,1': 2, 'us,1': 2 });
    const other = metrics.scope({ labels: { zone: 'a' } });
    expect(() => other.counter({ name: 'a_total', help, labels: ['x'] })).toThrow(TypeError);
  });

  test('cannot have names that Prometheus would not take', () => {
    expect(() => createMetrics({ labels: { 'a-b': '1' } })).toThrow(TypeError);
    expect(() => createMetrics().scope({ labels: { __a: '1' } })).toThrow(TypeError);
    expect(() => createMetrics({ prefix: 'a-' }).counter({ name: 'b', help })).toThrow(TypeError);
  });
});

describe('style', () => {
  test('is not refused but said', async () => {
    const metrics = createMetrics();
    metrics.counter({ name: 'requests', help: '' }).at().inc();
    metrics.gauge({ name: 'queueDepth_total', help, labels: ['jobKind'] });
    metrics.histogram({ name: 'a_ms', help, unit: 'seconds' });
    metrics.gauge({ name: 'b_count', help });
    metrics.gauge({ name: 'c_bytes_used', help, unit: 'bytes' });
    metrics.gauge({ name: 'd', help, labels: ['jobKind'] });
    expect(metrics.lint().map(({ metric, code }) => `${metric} ${code}`)).toEqual([
      'a_ms abbreviated-unit',
      'a_ms unit-suffix',
      'b_count reserved-suffix',
      'c_bytes_used unit-suffix',
      'd camel-case',
      'queueDepth_total total-not-counter',
      'queueDepth_total camel-case',
      'requests counter-total',
      'requests help-missing',
    ]);
    expect(await textOf(metrics, openMetrics)).toContain('# TYPE requests counter\nrequests_total 1\n');
  });

  test('of what a Metrics says of itself is clean', () => {
    expect(createMetrics().lint()).toEqual([]);
  });

  test('says every end that belongs to samples of another type', () => {
    const codes = (name: string, type: 'counter' | 'gauge' | 'histogram') =>
      lintDeclarations([{ name, type, help, labels: [] }]).map(({ code }) => code);
    for (const end of ['bucket', 'count', 'sum', 'created'])
      expect(codes(`a_${end}`, 'gauge')).toEqual(['reserved-suffix']);
    expect(codes('a_info', 'gauge')).toEqual([]);
    expect(codes('a_info', 'histogram')).toEqual(['reserved-suffix']);
  });
});
