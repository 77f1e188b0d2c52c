import { MemoryLogger } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../src/index.ts';
import { seriesOf } from '../src/testing/index.ts';
import { familiesOf, textOf } from './scraped.ts';

const help = 'Something.';

describe('label values', () => {
  test('are as many as labels', () => {
    const counter = createMetrics().counter({ name: 'http_x', help, labels: ['method', 'route'] });
    const message = 'http_x takes 2 label values (method, route), got 1';
    expect(() => counter.at(...(['a'] as never as [string, string]))).toThrow(new TypeError(message));
    expect(() => counter.at(...([{}] as never as [string, string]))).toThrow(new TypeError(message));
    expect(() => counter.at(...(['a', 'b', 'c'] as never as [string, string]))).toThrow(TypeError);
    counter.at('a', 'b');
    expect(() => counter.at(...(['a', 'b', 'c'] as never as [string, string]))).toThrow(TypeError);
    expect(() =>
      createMetrics()
        .gauge({ name: 'g', help })
        .at(...(['x'] as never as [])),
    ).toThrow(TypeError);
  });

  test.each([{}, [], () => {}, Symbol('x'), new Date(0)])('cannot be %s', (value) => {
    const gauge = createMetrics().gauge({ name: 'g', help, labels: ['x'] });
    expect(() => gauge.at(value as never)).toThrow(TypeError);
    expect(gauge.seriesCount).toBe(0);
  });

  test('become text, and nothing becomes the empty text', () => {
    const metrics = createMetrics();
    const gauge = metrics.gauge({ name: 'g', help, labels: ['x'] });
    for (const value of [1, 1.5, true, 12n, undefined]) gauge.at(value).add(1);
    for (const value of ['1', '1.5', 'true', '12', '', null]) gauge.at(value).add(1);
    expect(seriesOf(metrics, 'g')).toEqual({ '1': 2, '1.5': 2, true: 2, '12': 2, '': 3 });
  });

  test('have half a character replaced', () => {
    const metrics = createMetrics();
    const gauge = metrics.gauge({ name: 'g', help, labels: ['x'] });
    for (const value of ['a\ud800b', '\udc00', '😀']) gauge.at(value).set(1);
    expect(Object.keys(seriesOf(metrics, 'g'))).toEqual(['a\ufffdb', '\ufffd', '😀']);
  });

  test('that are too long are cut, and two of one beginning stay two', () => {
    const metrics = createMetrics({ maxValueLength: 20 });
    const gauge = metrics.gauge({ name: 'g', help, labels: ['x'] });
    const long = 'a'.repeat(1_000);
    for (const value of [long, `${long}b`, `${'a'.repeat(10)}😀${long}`, 'a'.repeat(20)]) gauge.at(value).set(1);
    const [first = '', second = '', third = '', whole = ''] = Object.keys(seriesOf(metrics, 'g'));
    expect([first, second]).toEqual([
      expect.stringMatching(/^a{11}~[0-9a-f]{8}$/),
      expect.stringMatching(/^a{11}~[0-9a-f]{8}$/),
    ]);
    expect(second).not.toBe(first);
    expect(third).toMatch(/^a{10}~[0-9a-f]{8}$/);
    expect(whole).toBe('a'.repeat(20));
    expect(gauge.at(long)).toBe(gauge.at(long));
  });

  test.each([
    [
      ['1,b:2', '3'],
      ['1', '2,b:3'],
    ],
    [
      ['', 'a'],
      ['a', ''],
    ],
    [
      ['__proto__', 'x'],
      ['constructor', 'x'],
    ],
    [
      ['a"', 'b'],
      ['a', '"b'],
    ],
    [
      ['a\n', 'b'],
      ['a', '\nb'],
    ],
    [
      ['1', '11'],
      ['11', '1'],
    ],
  ])('%j and %j are two series', async (one, other) => {
    const metrics = createMetrics({ selfMetrics: false });
    const counter = metrics.counter({ name: 'c_total', help, labels: ['a', 'b'] });
    counter.at(one[0], one[1]).inc(1);
    counter.at(other[0], other[1]).inc(2);
    const [family] = await familiesOf(metrics);
    expect(family?.samples.map(({ labels, value }) => [labels.a, labels.b, value])).toEqual([
      [...one, 1],
      [...other, 2],
    ]);
  });

  test('give the same cell each time', () => {
    const counter = createMetrics().counter({ name: 'c_total', help, labels: ['a', 'b', 'c'] });
    const cell = counter.at('x', 'y', 'z');
    expect(counter.at('x', 'y', 'z')).toBe(cell);
    expect(counter.at('x', 'y', 'zz')).not.toBe(cell);
    expect(counter.at('x', 'y', 'z')).toBe(cell);
  });
});

describe('a cell', () => {
  const throwing = {
    valueOf() {
      throw new Error('no number');
    },
  };
  const bad: readonly number[] = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    '5',
    null,
    {},
    5n,
    throwing,
  ] as unknown[] as number[];

  test('never throws: what a counter cannot count is rejected, counted as such, and logged once', () => {
    const logger = new MemoryLogger();
    const metrics = createMetrics({ logger });
    const cell = metrics.counter({ name: 'c_total', help }).at();
    cell.inc();
    for (const by of [...bad, -1]) cell.inc(by);
    cell.inc(2);
    expect(cell.value).toBe(3);
    expect(seriesOf(metrics, 'xc_metrics_rejected_total')).toEqual({ c_total: bad.length + 1 });
    expect(logger.find({ level: 'warn', fields: { metric: 'c_total' } })).toHaveLength(1);
  });

  test('does not throw what its logger throws', () => {
    const logger = new MemoryLogger();
    const failing = Object.assign(logger, {
      warn() {
        throw new Error('no disk');
      },
    });
    const cell = createMetrics({ logger: failing }).counter({ name: 'c_total', help }).at();
    cell.inc(-1);
    expect(cell.value).toBe(0);
  });

  test('of a counter counts fractions, large steps and nothing', () => {
    const cell = createMetrics().counter({ name: 'c_total', help }).at();
    for (const by of [0.5, 2 ** 40, 0, undefined]) cell.inc(by);
    expect(cell.value).toBe(2 ** 40 + 1.5);
  });

  test('of a histogram rejects what is no finite number', () => {
    const metrics = createMetrics();
    const cell = metrics.histogram({ name: 'h', help, buckets: [1] }).at();
    for (const value of bad) cell.record(value);
    cell.record(0.5);
    cell.record(-2);
    expect([cell.count, cell.sum]).toEqual([2, -1.5]);
    expect(seriesOf(metrics, 'xc_metrics_rejected_total')).toEqual({ h: bad.length });
  });

  test('of a gauge takes any number, and nothing else', () => {
    const metrics = createMetrics();
    const cell = metrics.gauge({ name: 'g', help }).at();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -3]) {
      cell.set(value);
      expect(cell.value).toBe(value);
    }
    cell.add(5);
    for (const value of ['5', null, undefined, 5n] as unknown[] as number[]) {
      cell.set(value);
      cell.add(value);
    }
    expect(cell.value).toBe(2);
    expect(seriesOf(metrics, 'xc_metrics_rejected_total')).toEqual({ g: 8 });
  });

  test('is not poisoned for good by what is too much in sum', async () => {
    const metrics = createMetrics();
    const counter = metrics.counter({ name: 'c_total', help }).at();
    const histogram = metrics.histogram({ name: 'h', help, buckets: [] }).at();
    for (let time = 0; time < 3; time++) {
      counter.inc(Number.MAX_VALUE);
      histogram.record(Number.MAX_VALUE);
    }
    expect([counter.value, histogram.sum, histogram.count]).toEqual([Number.MAX_VALUE, Number.MAX_VALUE, 1]);
    expect(seriesOf(metrics, 'xc_metrics_rejected_total')).toEqual({ c_total: 2, h: 2 });
    expect(await textOf(metrics)).not.toContain('Inf\n');
  });
});
