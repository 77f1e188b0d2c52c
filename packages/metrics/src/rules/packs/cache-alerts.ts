import { alertPack, selector, thresholds } from '../alert-pack.ts';
import type { AlertPackOptions } from '../alert-pack-options.ts';
import type { RuleGroup } from '../rule-group.ts';

/** Thresholds of `cacheAlerts`. */
export interface CacheAlertThresholds {
  /** Share of the requests that must be answered from the cache. @defaultValue 0.5 */
  readonly hitRatio?: number;
  /** Share of the requests that may end in an error. @defaultValue 0.01 */
  readonly errorRatio?: number;
}

const usual = { hitRatio: 0.5, errorRatio: 0.01 };

/**
 * What `instrumentCache` measures: `CacheHitRatioLow`, `CacheErrorsHigh`.
 *
 * @throws TypeError or RangeError when a threshold is not known or out of range.
 */
export function cacheAlerts(options: AlertPackOptions<CacheAlertThresholds> = {}): RuleGroup {
  const limit = thresholds(usual, options.thresholds);
  const series = selector(options.match);
  const requests = (...own: readonly string[]) =>
    `sum by (job, cache) (rate(${series('cache_requests_total', ...own)}[5m]))`;
  return alertPack('cache', options, [
    {
      alert: 'CacheHitRatioLow',
      severity: 'ticket',
      // A cache without one hit has no such series yet; that is a ratio of 0.
      expr: `(${requests('outcome=~"hit|stale|coalesced"')} or 0 * ${requests()}) / (${requests()} > 0) < ${limit.hitRatio}`,
      forMinutes: 15,
      summary:
        '{{ $labels.cache }}: only {{ $value | humanizePercentage }} of the requests are answered from the cache',
    },
    {
      alert: 'CacheErrorsHigh',
      severity: 'page',
      expr: `${requests('outcome="error"')} / ${requests()} > ${limit.errorRatio}`,
      forMinutes: 5,
      summary: '{{ $labels.cache }}: {{ $value | humanizePercentage }} of the requests fail',
    },
  ]);
}
