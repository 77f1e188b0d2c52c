import type { CounterCell, GaugeCell, HistogramCell, Logger, Meter } from '@xc/core';

/**
 * The same meter, which never throws once a metric is declared: what it cannot count must not decide what becomes of a job. The first
 * failure is logged. Declaring still throws, as a metric that cannot be is a mistake of whoever opens the queue.
 */
export function calmMeter(meter: Meter, logger: Logger, queue: string): Meter {
  let silent = false;
  const calm = (write: () => void): void => {
    try {
      write();
    } catch (err) {
      if (silent) return;
      silent = true;
      logger.warn({ err, queue }, 'the meter throws: what it counts is not to be trusted');
    }
  };
  /** A cell that cannot be bound is one that throws when it is written. */
  const bound = <Cell>(bind: () => Cell): (() => Cell) => {
    let cell: Cell | undefined;
    return () => {
      cell ??= bind();
      return cell;
    };
  };
  return {
    counter(spec) {
      const counter = meter.counter(spec);
      return {
        at(...labels: never[]): CounterCell {
          const cell = bound(() => counter.at(...labels));
          return { inc: (by) => calm(() => cell().inc(by)) };
        },
      };
    },
    gauge(spec) {
      const gauge = meter.gauge(spec);
      return {
        at(...labels: never[]): GaugeCell {
          const cell = bound(() => gauge.at(...labels));
          return { set: (value) => calm(() => cell().set(value)), add: (by) => calm(() => cell().add(by)) };
        },
      };
    },
    histogram(spec) {
      const histogram = meter.histogram(spec);
      return {
        at(...labels: never[]): HistogramCell {
          const cell = bound(() => histogram.at(...labels));
          return { record: (value) => calm(() => cell().record(value)) };
        },
      };
    },
  };
}
