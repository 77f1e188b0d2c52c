import { expect, test } from 'vitest';
import { harmlessMeter } from './harmless-meter.ts';
import { type Meter, noopMeter } from './meter.ts';
import { MemoryLogger } from './testing/memory-logger.ts';
import { RecordingMeter } from './testing/recording-meter.ts';

const spec = (what: string) => ({ name: `xc_test_${what}`, help: 'What a test counts.', labels: ['kind'] });

test('counts as the meter does', () => {
  const meter = new RecordingMeter();
  const harmless = harmlessMeter(meter, new MemoryLogger());
  const counter = harmless.counter(spec('calls_total')).at('a');
  counter.inc();
  counter.inc(2);
  const gauge = harmless.gauge(spec('waiting')).at('a');
  gauge.set(5);
  gauge.add(-2);
  harmless.histogram(spec('seconds')).at('a').record(0.25);
  expect(meter.value('xc_test_calls_total', { kind: 'a' })).toBe(3);
  expect(meter.value('xc_test_waiting', { kind: 'a' })).toBe(3);
  expect(meter.observations('xc_test_seconds', { kind: 'a' })).toEqual([0.25]);
});

test('is the meter itself where nothing is counted', () => {
  expect(harmlessMeter(noopMeter, new MemoryLogger())).toBe(noopMeter);
});

test.for(['cells that throw', 'cells that cannot be had'])('goes on over %s, and says so once', (what) => {
  const fails = (): never => {
    throw new Error('no room for another series');
  };
  const at = what === 'cells that throw' ? () => ({ inc: fails, set: fails, add: fails, record: fails }) : fails;
  const broken = () => ({ at });
  const meter: Meter = { counter: broken, gauge: broken, histogram: broken };
  const logger = new MemoryLogger();
  const harmless = harmlessMeter(meter, logger);
  const counter = harmless.counter(spec('calls_total')).at('a');
  const gauge = harmless.gauge(spec('waiting')).at('a');
  const histogram = harmless.histogram(spec('seconds')).at('a');
  for (let time = 0; time < 3; time++) {
    counter.inc();
    gauge.set(1);
    gauge.add(1);
    histogram.record(1);
  }
  expect(logger.lines).toHaveLength(1);
  expect(logger.find({ level: 'warn', message: 'the meter throws: what it counts is not to be trusted' })).toHaveLength(
    1,
  );
});

test('refuses what cannot be declared', () => {
  const counter = (): never => {
    throw new RangeError('declared with other labels before');
  };
  const harmless = harmlessMeter({ ...noopMeter, counter }, new MemoryLogger());
  expect(() => harmless.counter(spec('calls_total'))).toThrow('declared with other labels before');
});
