import { describe, expect, test } from 'vitest';
import { RecordingMeter } from './recording-meter.ts';

const calls = { name: 'xc_test_calls_total', help: 'Calls.', labels: ['breaker', 'outcome'] };

describe('RecordingMeter', () => {
  test('counts by labels, whether asked by name, in any order, or by position', () => {
    const meter = new RecordingMeter();
    const cell = meter.counter(calls).at('db', 'ok');
    cell.inc();
    cell.inc(4);
    expect(meter.value(calls.name, { outcome: 'ok', breaker: 'db' })).toBe(5);
    expect(meter.value(calls.name, ['db', 'ok'])).toBe(5);
    expect(meter.value(calls.name, ['db', 'failed'])).toBeUndefined();
    expect(meter.value('xc_test_other_total')).toBeUndefined();
  });

  test('shows 0 for a cell that was bound and not touched', () => {
    const meter = new RecordingMeter();
    meter.counter(calls).at('db', 'ok');
    expect(meter.value(calls.name, ['db', 'ok'])).toBe(0);
  });

  test('gives the same cell for the same label values, and never mixes two that look alike', () => {
    const meter = new RecordingMeter();
    const counter = meter.counter(calls);
    counter.at('a', 'b').inc();
    counter.at('a', 'b').inc();
    counter.at('a","b', '').inc();
    counter.at('a,b', '').inc();
    expect(meter.series(calls.name)).toEqual([
      { labels: { breaker: 'a', outcome: 'b' }, value: 2 },
      { labels: { breaker: 'a","b', outcome: '' }, value: 1 },
      { labels: { breaker: 'a,b', outcome: '' }, value: 1 },
    ]);
  });

  test('keeps the last value of a gauge', () => {
    const meter = new RecordingMeter();
    const cell = meter.gauge({ name: 'xc_test_in_flight', help: 'Now.' }).at();
    cell.set(3);
    cell.add(2);
    cell.add(-4.5);
    expect(meter.value('xc_test_in_flight')).toBe(0.5);
  });

  test('keeps every observation of a histogram', () => {
    const meter = new RecordingMeter();
    const cell = meter.histogram({ name: 'xc_test_seconds', help: 'How long.', buckets: [0.1, 1] }).at();
    cell.record(0.5);
    cell.record(-1);
    expect(meter.observations('xc_test_seconds')).toEqual([0.5, -1]);
    expect(meter.value('xc_test_seconds')).toBe(2);
    expect(meter.observations('xc_test_other_seconds')).toEqual([]);
  });

  test('hands out one metric for one name, and shows the specifications', () => {
    const meter = new RecordingMeter();
    meter.counter(calls).at('db', 'ok').inc();
    meter
      .counter({ ...calls, help: 'Asked for again.' })
      .at('db', 'ok')
      .inc();
    expect(meter.value(calls.name, ['db', 'ok'])).toBe(2);
    expect(meter.specs).toEqual([calls]);
  });
});

describe('as strict as a real meter', () => {
  test.each([[[]], [['db']], [['db', 'ok', 'more']], [['db', 5]], [['db', undefined]]])(
    'refuses the label values %j',
    (labelValues) => {
      const counter = new RecordingMeter().counter(calls);
      expect(() => counter.at(...(labelValues as string[]))).toThrow(
        /^xc_test_calls_total takes a string for each of its labels \[breaker,outcome\], got \[/,
      );
    },
  );

  test('refuses one name for two metrics', () => {
    const meter = new RecordingMeter();
    meter.counter(calls);
    expect(() => meter.gauge(calls)).toThrow(
      new TypeError(
        'xc_test_calls_total is already a counter with the labels [breaker,outcome] and cannot be a gauge with the labels [breaker,outcome]',
      ),
    );
    expect(() => meter.counter({ ...calls, labels: ['breaker'] })).toThrow(TypeError);
  });

  test('refuses a question with labels that the metric does not have', () => {
    const meter = new RecordingMeter();
    meter.counter(calls).at('db', 'ok');
    for (const labels of [{}, { breaker: 'db' }, { breaker: 'db', result: 'ok' }, ['db'], ['db', 'ok', 'x']]) {
      expect(() => meter.value(calls.name, labels as Record<string, string>)).toThrow(TypeError);
    }
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, '1', -1])('refuses to count by %s', (by) => {
    const cell = new RecordingMeter().counter(calls).at('db', 'ok');
    expect(() => cell.inc(by as number)).toThrow(
      new RangeError(`xc_test_calls_total takes a number of at least 0, got ${by}`),
    );
  });

  test('refuses what is no number in a gauge or a histogram', () => {
    const meter = new RecordingMeter();
    const gauge = meter.gauge({ name: 'xc_test_in_flight', help: 'Now.' }).at();
    const histogram = meter.histogram({ name: 'xc_test_seconds', help: 'How long.' }).at();
    for (const act of [gauge.set, gauge.add, histogram.record]) expect(() => act(Number.NaN)).toThrow(RangeError);
  });
});
