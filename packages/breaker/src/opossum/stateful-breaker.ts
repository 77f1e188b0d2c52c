import type { Clock, Logger } from '@xc/core';
import { breakerMetrics } from '../circuit/breaker-metrics.ts';
import { breakerSettings } from '../circuit/breaker-settings.ts';
import { StatefulBreaker } from '../circuit/stateful-breaker.ts';
import { maxInteger, policyEnvironment } from '../options.ts';
import type { LiveOptions } from './circuit-breaker-options.ts';

// A trial may take its whole timeout; one that has none is given up after this.
const longestTrialMs = 30_000;

/**
 * The states, generations and trials behind the facade. Never opens by itself while closed: opossum compares its
 * percentage with `>`, and only when a call has failed.
 */
export function statefulBreaker(options: LiveOptions, clock: Clock, logger: Logger): StatefulBreaker {
  const environment = policyEnvironment({ clock, logger }, 'opossum');
  const settings = breakerSettings({
    window: { type: 'time', lengthMs: maxInteger, buckets: 1 },
    minimumCalls: maxInteger,
    failureRate: 1,
    slowAfterMs: maxInteger,
    openForMs: () => options.resetTimeout,
    halfOpen: {
      permits: 1,
      maxWaitMs: Math.max(longestTrialMs, options.timeout || 0, options.resetTimeout),
      onMaxWait: 'open',
    },
  });
  const metrics = breakerMetrics(environment.meter, environment.name);
  return new StatefulBreaker({ environment, settings, metrics, options: {} });
}
