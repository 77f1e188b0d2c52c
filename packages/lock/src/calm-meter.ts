import { type CounterCell, type GaugeCell, type HistogramCell, type Logger, type Meter, noopMeter } from '@xc/core';

/**
 * The same meter, whose cells never throw: a number that cannot be written must not leave a lock with nobody who holds it. The first
 * failure is logged. What is wrong with a metric itself still shows where it is made.
 */
export function calmMeter(meter: Meter, logger: Logger): Meter {
  if (meter === noopMeter) return meter;
  let told = false;
  const failed = (error: unknown): void => {
    if (!told) logger.warn({ err: error }, 'the meter of the locks throws: what it counts is not to be trusted');
    told = true;
  };
  const calm = <Value>(write: (value: Value) => void) => {
    return (value: Value): void => {
      try {
        write(value);
      } catch (error) {
        failed(error);
      }
    };
  };
  const counter = (cell: CounterCell): CounterCell => ({
    inc: calm((by?: number) => cell.inc(by)) as CounterCell['inc'],
  });
  const gauge = (cell: GaugeCell): GaugeCell => ({
    set: calm((value: number) => cell.set(value)),
    add: calm((by: number) => cell.add(by)),
  });
  const histogram = (cell: HistogramCell): HistogramCell => ({ record: calm((value: number) => cell.record(value)) });
  return {
    counter: (spec) => cells(meter.counter(spec), counter),
    gauge: (spec) => cells(meter.gauge(spec), gauge),
    histogram: (spec) => cells(meter.histogram(spec), histogram),
  };
}

function cells<Cell>(instrument: { at(...labels: string[]): Cell }, calm: (cell: Cell) => Cell) {
  return { at: (...labels: string[]): Cell => calm(instrument.at(...labels)) };
}
