import { type Meter, noopMeter } from '@xc/core';
import { tell } from './tell.ts';

/** The same meter, whose cells never fail: what cannot be counted decides about no move. One that cannot be declared still throws. */
export function harmlessMeter(meter: Meter): Meter {
  if (meter === noopMeter) return meter;
  return {
    counter(spec) {
      const counter = meter.counter(spec);
      return { at: (...labels) => ({ inc: (by) => tell(() => counter.at(...labels).inc(by)) }) };
    },
    gauge(spec) {
      const gauge = meter.gauge(spec);
      return {
        at: (...labels) => ({
          set: (value) => tell(() => gauge.at(...labels).set(value)),
          add: (by) => tell(() => gauge.at(...labels).add(by)),
        }),
      };
    },
    histogram(spec) {
      const histogram = meter.histogram(spec);
      return { at: (...labels) => ({ record: (value) => tell(() => histogram.at(...labels).record(value)) }) };
    },
  };
}
