import { alertPack, selector, thresholds } from '../alert-pack.ts';
import type { AlertPackOptions } from '../alert-pack-options.ts';
import type { RuleGroup } from '../rule-group.ts';

/** Thresholds of `poolAlerts`. */
export interface PoolAlertThresholds {
  /** Callers that wait while nothing is free. @defaultValue 0 */
  readonly waiting?: number;
  /** Waits in a second that ended without a connection. @defaultValue 0 */
  readonly timeoutsPerSecond?: number;
  /** 95th percentile of the wait, in seconds. @defaultValue 0.5 */
  readonly acquireP95Seconds?: number;
}

const usual = { waiting: 0, timeoutsPerSecond: 0, acquireP95Seconds: 0.5 };

/**
 * What `instrumentPool` measures: `PoolExhausted`, `PoolTimeouts`, `PoolSlow`.
 *
 * @throws TypeError or RangeError when a threshold is not known or out of range.
 */
export function poolAlerts(options: AlertPackOptions<PoolAlertThresholds> = {}): RuleGroup {
  const limit = thresholds(usual, options.thresholds);
  const series = selector(options.match);
  const full = `${series('pool_connections', 'state="in_use"')} >= ignoring (state) ${series('pool_connections_max')}`;
  return alertPack('pool', options, [
    {
      alert: 'PoolExhausted',
      severity: 'page',
      expr: `${series('pool_waiting')} > ${limit.waiting} and ignoring (state) (${full})`,
      forMinutes: 5,
      summary: '{{ $labels.pool }}: all connections are in use and {{ $value }} callers wait',
    },
    {
      alert: 'PoolTimeouts',
      severity: 'page',
      expr: `sum by (job, pool) (rate(${series('pool_acquire_timeouts_total')}[5m])) > ${limit.timeoutsPerSecond}`,
      forMinutes: 5,
      summary: '{{ $labels.pool }}: {{ $value | humanize }} callers a second get no connection in time',
    },
    {
      alert: 'PoolSlow',
      severity: 'ticket',
      expr: `histogram_quantile(0.95, sum by (job, pool, le) (rate(${series('pool_acquire_duration_seconds_bucket')}[5m]))) > ${limit.acquireP95Seconds}`,
      forMinutes: 10,
      summary: '{{ $labels.pool }}: one caller in twenty waits longer than {{ $value | humanizeDuration }}',
    },
  ]);
}
