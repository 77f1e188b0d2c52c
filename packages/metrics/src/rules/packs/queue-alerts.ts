import { alertPack, selector, thresholds } from '../alert-pack.ts';
import type { AlertPackOptions } from '../alert-pack-options.ts';
import type { RuleGroup } from '../rule-group.ts';

/** Thresholds of `queueAlerts`. */
export interface QueueAlertThresholds {
  /** Age of the oldest waiting job, in seconds. @defaultValue 300 */
  readonly oldestAgeSeconds?: number;
  /** Share of the runs that fail. @defaultValue 0.1 */
  readonly failedRatio?: number;
  /** Jobs in a quarter of an hour that nobody tries again. @defaultValue 0 */
  readonly dead?: number;
}

const usual = { oldestAgeSeconds: 300, failedRatio: 0.1, dead: 0 };

/**
 * What `instrumentQueue` measures: `QueueBehind`, `QueueFailuresHigh`, `QueueDeadJobs`.
 *
 * @throws TypeError or RangeError when a threshold is not known or out of range.
 */
export function queueAlerts(options: AlertPackOptions<QueueAlertThresholds> = {}): RuleGroup {
  const limit = thresholds(usual, options.thresholds);
  const series = selector(options.match);
  const by = 'sum by (job, queue)';
  const runs = 'queue_run_duration_seconds_count';
  return alertPack('queue', options, [
    {
      alert: 'QueueBehind',
      severity: 'page',
      expr: `max by (job, queue) (${series('queue_oldest_age_seconds')}) > ${limit.oldestAgeSeconds}`,
      forMinutes: 5,
      summary: '{{ $labels.queue }}: the oldest job has waited for {{ $value | humanizeDuration }}',
    },
    {
      alert: 'QueueFailuresHigh',
      severity: 'ticket',
      expr: `${by} (rate(${series(runs, 'outcome="failed"')}[5m])) / ${by} (rate(${series(runs)}[5m])) > ${limit.failedRatio}`,
      forMinutes: 10,
      summary: '{{ $labels.queue }}: {{ $value | humanizePercentage }} of the runs fail',
    },
    {
      alert: 'QueueDeadJobs',
      severity: 'ticket',
      expr: `${by} (increase(${series('queue_dead_total')}[15m])) > ${limit.dead}`,
      forMinutes: 0,
      summary: '{{ $labels.queue }}: {{ $value | humanize }} jobs have been given up',
    },
  ]);
}
