import { alertPack, selector, thresholds } from '../alert-pack.ts';
import type { AlertPackOptions } from '../alert-pack-options.ts';
import type { RuleGroup } from '../rule-group.ts';

/** Thresholds of `breakerAlerts`. */
export interface BreakerAlertThresholds {
  /** Times that a breaker opens in a quarter of an hour. @defaultValue 5 */
  readonly openings?: number;
  /** Minutes that a breaker may be forced by hand. @defaultValue 60 */
  readonly forcedMinutes?: number;
}

const usual = { openings: 5, forcedMinutes: 60 };

/**
 * What `instrumentBreaker` measures: `BreakerOpen`, `BreakerFlapping`, `BreakerForced`.
 *
 * @throws TypeError or RangeError when a threshold is not known or out of range.
 */
export function breakerAlerts(options: AlertPackOptions<BreakerAlertThresholds> = {}): RuleGroup {
  const limit = thresholds(usual, options.thresholds);
  const series = selector(options.match);
  const state = (...own: readonly string[]) => `max by (job, breaker) (${series('breaker_state', ...own)})`;
  return alertPack('breaker', options, [
    {
      alert: 'BreakerOpen',
      severity: 'page',
      expr: `${state('state="open"')} == 1`,
      forMinutes: 2,
      summary: '{{ $labels.breaker }}: open, no call goes through',
    },
    {
      alert: 'BreakerFlapping',
      severity: 'ticket',
      expr: `sum by (job, breaker) (increase(${series('breaker_transitions_total', 'to="open"')}[15m])) > ${limit.openings}`,
      forMinutes: 0,
      summary: '{{ $labels.breaker }}: opened {{ $value | humanize }} times in a quarter of an hour',
    },
    {
      alert: 'BreakerForced',
      severity: 'ticket',
      expr: `${state('state="forced"')} == 1`,
      forMinutes: limit.forcedMinutes,
      summary: '{{ $labels.breaker }}: forced by hand and forgotten',
    },
  ]);
}
