import { alertPack, selector, thresholds } from '../alert-pack.ts';
import type { AlertPackOptions } from '../alert-pack-options.ts';
import type { RuleGroup } from '../rule-group.ts';

/** Thresholds of `databaseAlerts`. */
export interface DatabaseAlertThresholds {
  /** Share of the statements that fail. @defaultValue 0.05 */
  readonly errorRatio?: number;
  /** 95th percentile of a statement's time, in seconds. @defaultValue 0.5 */
  readonly p95Seconds?: number;
  /** Slow statements in a second. @defaultValue 1 */
  readonly slowPerSecond?: number;
}

const usual = { errorRatio: 0.05, p95Seconds: 0.5, slowPerSecond: 1 };

/**
 * What `instrumentDatabase` measures: `DatabaseErrorsHigh`, `DatabaseSlow`, `DatabaseSlowQueries`.
 *
 * @throws TypeError or RangeError when a threshold is not known or out of range.
 */
export function databaseAlerts(options: AlertPackOptions<DatabaseAlertThresholds> = {}): RuleGroup {
  const limit = thresholds(usual, options.thresholds);
  const series = selector(options.match);
  const by = 'sum by (job, system)';
  const count = 'db_query_duration_seconds_count';
  return alertPack('database', options, [
    {
      alert: 'DatabaseErrorsHigh',
      severity: 'page',
      expr: `${by} (rate(${series(count, 'outcome="error"')}[5m])) / ${by} (rate(${series(count)}[5m])) > ${limit.errorRatio}`,
      forMinutes: 5,
      summary: '{{ $labels.system }}: {{ $value | humanizePercentage }} of the statements fail',
    },
    {
      alert: 'DatabaseSlow',
      severity: 'ticket',
      expr: `histogram_quantile(0.95, sum by (job, system, le) (rate(${series('db_query_duration_seconds_bucket')}[5m]))) > ${limit.p95Seconds}`,
      forMinutes: 10,
      summary: '{{ $labels.system }}: one statement in twenty takes longer than {{ $value | humanizeDuration }}',
    },
    {
      alert: 'DatabaseSlowQueries',
      severity: 'ticket',
      expr: `${by} (rate(${series('db_slow_queries_total')}[5m])) > ${limit.slowPerSecond}`,
      forMinutes: 10,
      summary: '{{ $labels.system }}: {{ $value | humanize }} slow statements in a second',
    },
  ]);
}
