import { policyEnvironment } from '../options.ts';
import type { Breaker } from './breaker.ts';
import { breakerMetrics } from './breaker-metrics.ts';
import type { BreakerOptions } from './breaker-options.ts';
import { breakerSettings } from './breaker-settings.ts';
import { StatefulBreaker } from './stateful-breaker.ts';

/**
 * Makes a circuit breaker. It owns no timer and costs next to nothing while all is well.
 *
 * @throws TypeError or RangeError that names the option and the value.
 * @example
 * ```ts
 * const payments = createBreaker({ name: 'payments', failureRate: 0.5, openForMs: 10_000 });
 * const receipt = await payments.run(({ signal }) => fetch(url, { signal }));
 * ```
 */
export function createBreaker(options: BreakerOptions = {}): Breaker {
  const settings = breakerSettings(options);
  const environment = policyEnvironment(options, 'breaker');
  const metrics = breakerMetrics(environment.meter, environment.name);
  return new StatefulBreaker({ environment, settings, metrics, options });
}
