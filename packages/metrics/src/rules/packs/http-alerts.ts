import { alertPack, selector, thresholds } from '../alert-pack.ts';
import type { AlertPackOptions } from '../alert-pack-options.ts';
import type { RuleGroup } from '../rule-group.ts';

/** Thresholds of `httpAlerts`. */
export interface HttpAlertThresholds {
  /** Share of the answers that are 5xx. @defaultValue 0.05 */
  readonly errorRatio?: number;
  /** 95th percentile of the answer's time, in seconds. @defaultValue 1 */
  readonly p95Seconds?: number;
  /** Share of the requests whose client left. @defaultValue 0.1 */
  readonly abortedRatio?: number;
}

const usual = { errorRatio: 0.05, p95Seconds: 1, abortedRatio: 0.1 };

/**
 * Rate, errors and duration of what `instrumentHttpServer` measures: `HttpErrorsHigh`, `HttpSlow`, `HttpAbortedHigh`.
 *
 * @throws TypeError or RangeError when a threshold is not known or out of range.
 */
export function httpAlerts(options: AlertPackOptions<HttpAlertThresholds> = {}): RuleGroup {
  const limit = thresholds(usual, options.thresholds);
  const series = selector(options.match);
  const duration = 'http_server_request_duration_seconds';
  const all = `sum by (job) (rate(${series(`${duration}_count`)}[5m]))`;
  return alertPack('http', options, [
    {
      alert: 'HttpErrorsHigh',
      severity: 'page',
      expr: `sum by (job) (rate(${series(`${duration}_count`, 'status=~"5..|5xx"')}[5m])) / ${all} > ${limit.errorRatio}`,
      forMinutes: 5,
      summary: '{{ $labels.job }}: {{ $value | humanizePercentage }} of the answers are server errors',
    },
    {
      alert: 'HttpSlow',
      severity: 'ticket',
      expr: `histogram_quantile(0.95, sum by (job, le) (rate(${series(`${duration}_bucket`)}[5m]))) > ${limit.p95Seconds}`,
      forMinutes: 10,
      summary: '{{ $labels.job }}: one answer in twenty takes longer than {{ $value | humanizeDuration }}',
    },
    {
      alert: 'HttpAbortedHigh',
      severity: 'ticket',
      expr: `sum by (job) (rate(${series('http_server_aborted_total')}[5m])) / ${all} > ${limit.abortedRatio}`,
      forMinutes: 10,
      summary: '{{ $labels.job }}: {{ $value | humanizePercentage }} of the clients leave before the answer',
    },
  ]);
}
