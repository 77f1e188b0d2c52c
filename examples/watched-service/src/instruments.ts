import { type Clock, systemClock } from '@xc/core';
import { createMetrics, type HttpServerInstrument, instrumentHttpServer, type Metrics } from '@xc/metrics';

/** Everything that the service measures. What it counts with is also what its dashboard is drawn from. */
export interface Instruments {
  readonly metrics: Metrics;
  readonly http: HttpServerInstrument;
  /** A visitor asked for a city. */
  lookedUp(found: boolean): void;
}

export function createInstruments(clock: Clock = systemClock): Instruments {
  const metrics = createMetrics({ clock });
  const lookups = metrics.counter({
    name: 'city_lookups_total',
    help: 'Cities that were asked for, by whether there is one.',
    labels: ['found'],
  });
  const [found, missing] = [lookups.at('yes'), lookups.at('no')];
  return {
    metrics,
    http: instrumentHttpServer(metrics, { clock }),
    lookedUp: (isFound) => (isFound ? found : missing).inc(),
  };
}
