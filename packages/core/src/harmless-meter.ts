import type { Logger } from './logger.ts';
import { type Meter, noopMeter } from './meter.ts';

/**
 * The same meter, whose instruments never throw: a number that cannot be written must not decide what becomes of a call. The first
 * failure is logged as a warning. Declaring a metric still throws, as one that cannot be is a mistake of whoever sets up.
 *
 * @param logger - Hears of the first failure; it must not throw itself.
 */
export function harmlessMeter(meter: Meter, logger: Logger): Meter {
  if (meter === noopMeter) return meter;
  let told = false;
  const failed = (err: unknown): void => {
    if (told) return;
    told = true;
    logger.warn({ err }, 'the meter throws: what it counts is not to be trusted');
  };
  const safely = (write: () => void): void => {
    try {
      write();
    } catch (err) {
      failed(err);
    }
  };
  const bound = <Cell>(bind: () => Cell, none: () => Cell): Cell => {
    try {
      return bind();
    } catch (err) {
      failed(err);
      return none();
    }
  };
  return {
    counter(spec) {
      const counter = meter.counter(spec);
      return {
        at(...labels) {
          const cell = bound(() => counter.at(...labels), noopMeter.counter(spec).at);
          return { inc: (by) => safely(() => cell.inc(by)) };
        },
      };
    },
    gauge(spec) {
      const gauge = meter.gauge(spec);
      return {
        at(...labels) {
          const cell = bound(() => gauge.at(...labels), noopMeter.gauge(spec).at);
          return { set: (value) => safely(() => cell.set(value)), add: (by) => safely(() => cell.add(by)) };
        },
      };
    },
    histogram(spec) {
      const histogram = meter.histogram(spec);
      return {
        at(...labels) {
          const cell = bound(() => histogram.at(...labels), noopMeter.histogram(spec).at);
          return { record: (value) => safely(() => cell.record(value)) };
        },
      };
    },
  };
}
