import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isXcError } from '@xc/core';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createMetrics } from '../src/index.ts';
import { seriesOf } from '../src/testing/index.ts';
import { textOf } from './scraped.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
const help = 'Something.';

describe('past its cap a metric', () => {
  test('folds a scanner into one series, with one warning that names the label', () => {
    const logger = new MemoryLogger();
    const metrics = createMetrics({ logger });
    const requests = metrics.counter({ name: 'http_x_total', help, labels: ['method', 'route'] });
    for (let path = 0; path < 400_000; path++) requests.at('GET', `/scan/${path}`).inc();
    expect(requests.seriesCount).toBe(1_001);
    expect(seriesOf(metrics, 'http_x_total')['__other__,__other__']).toBe(399_000);
    expect(seriesOf(metrics, 'xc_metrics_overflow_total')).toEqual({ http_x_total: 399_000 });
    const warnings = logger.find({ level: 'warn' });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toMatch(/http_x_total.*route.*1000.*"\/scan\/0", "\/scan\/1", "\/scan\/2"/);
    expect(warnings[0]?.fields.labels).toEqual([
      { label: 'route', distinct: 1_000, examples: ['/scan/0', '/scan/1', '/scan/2'] },
      { label: 'method', distinct: 1, examples: ['GET'] },
    ]);
  });

  test('holds no memory of what it has folded', () => {
    const scanned = createMetrics().counter({ name: 'b_total', help, labels: ['method', 'route'] });
    const scan = (from: number) => {
      for (let path = from; path < from + 100_000; path++) scanned.at('GET', `/scan/${path}`).inc();
      for (let time = 0; time < 3; time++) gc();
      return process.memoryUsage().heapUsed;
    };
    const before = scan(0);
    expect(scan(100_000) - before).toBeLessThan(1_000_000);

    const requests = createMetrics({ maxSeries: 10 }).counter({ name: 'a_total', help, labels: ['route'] });
    const folded = requests.at('x0');
    for (let path = 1; path < 100; path++) requests.at(`x${path}`);
    expect(requests.at('y')).toBe(requests.at('z'));
    expect(requests.at('y')).not.toBe(folded);
    expect(requests.seriesCount).toBe(11);
  });

  test('leaves the series that are there as they were', () => {
    const metrics = createMetrics({ maxSeries: 2 });
    const counter = metrics.counter({ name: 'a_total', help, labels: ['x'] });
    const first = counter.at('1');
    for (const value of ['1', '2', '3', '1', '2']) counter.at(value).inc();
    first.inc();
    expect(seriesOf(metrics, 'a_total')).toEqual({ '1': 3, '2': 2, __other__: 1 });
  });

  test('drops a gauge, because a folded one would show whoever wrote last', () => {
    const metrics = createMetrics({ maxSeries: 1 });
    const gauge = metrics.gauge({ name: 'g', help, labels: ['x'] });
    gauge.at('1').set(5);
    gauge.at('2').set(7);
    gauge.at('2').add(7);
    expect(gauge.at('2').value).toBe(0);
    expect(seriesOf(metrics, 'g')).toEqual({ '1': 5 });
    expect(seriesOf(metrics, 'xc_metrics_overflow_total')).toEqual({ g: 3 });
  });

  test('throws from at where that was asked for', () => {
    const metrics = createMetrics();
    const counter = metrics.counter({ name: 'a_total', help, labels: ['x', 'y'], maxSeries: 2, overflow: 'throw' });
    counter.at('1', '1');
    counter.at('1', '2');
    try {
      counter.at('1', '3');
      expect.unreachable();
    } catch (error) {
      expect(isXcError(error, 'XC_METRICS_OVERFLOW') && error.details).toEqual({
        metric: 'a_total',
        maxSeries: 2,
        label: 'y',
      });
    }
    expect(seriesOf(metrics, 'xc_metrics_overflow_total')).toEqual({ a_total: 1 });
    expect(counter.at('1', '2').value).toBe(0);
  });

  test('may fold gauges and drop the rest where that was asked for', () => {
    const metrics = createMetrics({ maxSeries: 1 });
    const gauge = metrics.gauge({ name: 'g', help, labels: ['x'], overflow: 'fold' });
    const histogram = metrics.histogram({ name: 'h', help, labels: ['x'], overflow: 'drop', buckets: [] });
    for (const value of ['1', '2', '3']) {
      gauge.at(value).add(1);
      histogram.at(value).record(1);
    }
    expect(seriesOf(metrics, 'g')).toEqual({ '1': 1, __other__: 2 });
    expect(seriesOf(metrics, 'h')).toEqual({ '1': 1 });
    expect([histogram.at('2').count, histogram.at('2').sum]).toEqual([0, 0]);
  });

  test('has one series for what is folded and for who is called so', async () => {
    const metrics = createMetrics({ maxSeries: 1, selfMetrics: false });
    const counter = metrics.counter({ name: 'a_total', help, labels: ['x'] });
    counter.at('__other__').inc();
    for (const value of ['1', '2']) counter.at(value).inc();
    expect(seriesOf(metrics, 'a_total')).toEqual({ __other__: 2, '1': 1 });
    counter.remove({ x: '__other__' });
    counter.at('3').inc();
    expect(seriesOf(metrics, 'a_total')).toEqual({ '1': 1, __other__: 1 });
  });
});

describe('all metrics together', () => {
  test('hold at most so many series, without those that are extra', () => {
    const logger = new MemoryLogger();
    const metrics = createMetrics({ maxTotalSeries: 3, logger });
    const one = metrics.counter({ name: 'a_total', help, labels: ['x'] });
    const other = metrics.counter({ name: 'b_total', help, labels: ['x'] });
    for (const value of ['1', '2']) one.at(value).inc();
    for (const value of ['1', '2', '3']) other.at(value).inc();
    expect([one.seriesCount, other.seriesCount]).toEqual([2, 2]);
    expect(seriesOf(metrics, 'b_total')).toEqual({ '1': 1, __other__: 2 });
    expect(logger.find({ level: 'warn' })).toHaveLength(1);
    expect(one.remove({ x: '1' })).toBe(1);
    other.at('2').inc();
    expect(seriesOf(metrics, 'b_total')).toEqual({ '1': 1, __other__: 2, '2': 1 });
    expect(seriesOf(metrics, 'xc_metrics_series')).toEqual({ '': 4 });
  });

  test('never refuse a metric without labels', () => {
    const metrics = createMetrics({ maxTotalSeries: 1 });
    metrics.counter({ name: 'a_total', help }).at().inc();
    metrics.gauge({ name: 'g', help }).at().set(2);
    expect([seriesOf(metrics, 'a_total'), seriesOf(metrics, 'g')]).toEqual([{ '': 1 }, { '': 2 }]);
  });
});

describe('allowed values', () => {
  test('are those of the list, before the cap', () => {
    const metrics = createMetrics({ maxSeries: 3 });
    const counter = metrics.counter({ name: 'a_total', help, labels: ['x'], allow: { x: ['1', '2'] } });
    for (const value of ['1', '3', '4', 1, 5]) counter.at(value).inc();
    expect(seriesOf(metrics, 'a_total')).toEqual({ '1': 2, __other__: 3 });
    expect(seriesOf(metrics, 'xc_metrics_overflow_total')).toEqual({});
  });

  test('are what a normaliser makes of them, and one that throws makes __other__', () => {
    const metrics = createMetrics();
    const shorten = (raw: string) => {
      if (raw === 'bad') throw new Error('bad');
      return raw.slice(0, 2);
    };
    const counter = metrics.counter({ name: 'a_total', help, labels: ['x', 'y'], allow: { x: shorten } });
    for (const value of ['abc', 'abd', 'ab', 'bad', undefined]) counter.at(value, 'y').inc();
    expect(seriesOf(metrics, 'a_total')).toEqual({ 'ab,y': 3, '__other__,y': 1, ',y': 1 });
    expect(counter.at('abx', 'y')).toBe(counter.at('aby', 'y'));
  });
});

describe('removal', () => {
  test('takes what matches and says how many', () => {
    const metrics = createMetrics();
    const counter = metrics.counter({ name: 'a_total', help, labels: ['x', 'y'] });
    for (const [x, y] of [
      ['1', 'a'],
      ['1', 'b'],
      ['2', 'a'],
    ] as const)
      counter.at(x, y).inc();
    expect(counter.remove({ x: '3' })).toBe(0);
    expect(counter.remove({ x: '1', y: 'b' })).toBe(1);
    expect(counter.remove({ y: 'a' })).toBe(2);
    counter.at('1', 'a').inc();
    expect(counter.remove({})).toBe(1);
    expect(counter.seriesCount).toBe(0);
    expect(() => counter.remove({ z: '1' } as never)).toThrow(TypeError);
  });

  test('is undone by the next write of a cell that somebody holds, from zero', () => {
    const metrics = createMetrics();
    const counter = metrics.counter({ name: 'a_total', help, labels: ['x'] });
    const gauge = metrics.gauge({ name: 'g', help, labels: ['x'] });
    const histogram = metrics.histogram({ name: 'h', help, labels: ['x'], buckets: [1] });
    const cells = { counter: counter.at('1'), gauge: gauge.at('1'), histogram: histogram.at('1') };
    cells.counter.inc(5);
    cells.gauge.set(5);
    cells.histogram.record(5);
    for (const metric of [counter, gauge, histogram]) expect(metric.remove({})).toBe(1);
    expect([cells.counter.value, cells.gauge.value, cells.histogram.count, cells.histogram.sum]).toEqual([0, 0, 0, 0]);
    cells.counter.inc();
    cells.gauge.add(2);
    cells.histogram.record(0.5);
    expect([cells.counter.value, cells.gauge.value, cells.histogram.count, cells.histogram.sum]).toEqual([
      1, 2, 1, 0.5,
    ]);
    expect([counter.seriesCount, counter.at('1')]).toEqual([1, cells.counter]);
  });

  test('never makes two series of one: an old cell writes to the one that has taken its place', () => {
    const metrics = createMetrics();
    const counter = metrics.counter({ name: 'a_total', help, labels: ['x'] });
    const old = counter.at('1');
    counter.remove({});
    const fresh = counter.at('1');
    fresh.inc();
    old.inc(2);
    expect(fresh).not.toBe(old);
    expect([fresh.value, old.value, counter.seriesCount]).toEqual([3, 3, 1]);
  });

  test('makes room, and a cell that comes back to a full metric is folded or dropped without a throw', () => {
    const metrics = createMetrics({ maxSeries: 1 });
    const counter = metrics.counter({ name: 'a_total', help, labels: ['x'] });
    const gauge = metrics.gauge({ name: 'g', help, labels: ['x'] });
    const strict = metrics.counter({ name: 'b_total', help, labels: ['x'], overflow: 'throw' });
    const cells = [counter.at('1'), strict.at('1')];
    const level = gauge.at('1');
    for (const metric of [counter, gauge, strict]) {
      metric.remove({});
      metric.at('2');
    }
    for (const cell of cells) cell.inc();
    level.set(1);
    expect(seriesOf(metrics, 'a_total')).toEqual({ '2': 0, __other__: 1 });
    expect(seriesOf(metrics, 'g')).toEqual({ '2': 0 });
    expect(seriesOf(metrics, 'b_total')).toEqual({ '2': 0 });
  });
});

describe('idle series', () => {
  test('go at the first scrape that is long enough after the one that saw the last write', async () => {
    const clock = new ManualClock();
    const metrics = createMetrics({ clock });
    const counter = metrics.counter({ name: 'a_total', help, labels: ['x'], idleMs: 1_000 });
    const held = counter.at('1');
    held.inc();
    await clock.advance(5_000);
    await metrics.scrape();
    expect(counter.seriesCount).toBe(1);
    await clock.advance(999);
    await metrics.scrape();
    expect(counter.seriesCount).toBe(1);
    await clock.advance(1);
    expect(await textOf(metrics)).not.toContain('a_total{');
    expect(counter.seriesCount).toBe(0);
    held.inc();
    expect(seriesOf(metrics, 'a_total')).toEqual({ '1': 1 });
  });

  test('stay when they are written between two scrapes', async () => {
    const clock = new ManualClock();
    const metrics = createMetrics({ clock });
    const gauge = metrics.gauge({ name: 'g', help, labels: ['x'], idleMs: 1_000 });
    const cell = gauge.at('1');
    for (let time = 0; time < 5; time++) {
      cell.set(time);
      await metrics.scrape();
      await clock.advance(900);
    }
    expect(seriesOf(metrics, 'g')).toEqual({ '1': 4 });
  });

  test('go first when a metric is at its cap', async () => {
    const clock = new ManualClock();
    const metrics = createMetrics({ clock, maxSeries: 2 });
    const counter = metrics.counter({ name: 'a_total', help, labels: ['x'], idleMs: 1_000 });
    counter.at('1').inc();
    await metrics.scrape();
    counter.at('2').inc();
    await clock.advance(1_000);
    counter.at('3').inc();
    expect(seriesOf(metrics, 'a_total')).toEqual({ '2': 1, '3': 1 });
    counter.at('4').inc();
    expect(seriesOf(metrics, 'a_total')).toEqual({ '2': 1, '3': 1, __other__: 1 });
  });

  test('of any metric go first when all together are at their cap', async () => {
    const clock = new ManualClock();
    const metrics = createMetrics({ clock, maxTotalSeries: 1 });
    metrics
      .counter({ name: 'a_total', help, labels: ['x'], idleMs: 1_000 })
      .at('1')
      .inc();
    const other = metrics.counter({ name: 'b_total', help, labels: ['x'] });
    await metrics.scrape();
    await clock.advance(1_000);
    other.at('1').inc();
    expect([seriesOf(metrics, 'a_total'), seriesOf(metrics, 'b_total')]).toEqual([{}, { '1': 1 }]);
  });

  test('never go where nobody has said so', async () => {
    const clock = new ManualClock();
    const metrics = createMetrics({ clock });
    metrics.counter({ name: 'a_total', help, labels: ['x'] }).at('1');
    for (let time = 0; time < 3; time++) {
      await clock.advance(1e9);
      await metrics.scrape();
    }
    expect(seriesOf(metrics, 'a_total')).toEqual({ '1': 0 });
  });
});
