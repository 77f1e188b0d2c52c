import type { Slo } from '../rules/slo.ts';
import { dashboard } from './dashboard.ts';
import type { RowSpec } from './dashboard-spec.ts';
import type { GrafanaDashboard } from './grafana-dashboard.ts';
import { chosen } from './queries.ts';
import type { ReadyDashboardOptions } from './ready-dashboard-options.ts';

/**
 * How objectives stand: what is left of each budget, how fast it burns, and against which thresholds. Reads the series that the
 * rules of the objectives record.
 *
 * @throws TypeError when there is no objective, or title or uid is none.
 */
export function sloDashboard(
  slos: readonly Slo[],
  { title = 'Service level objectives', uid, match = '' }: ReadyDashboardOptions = {},
): GrafanaDashboard {
  return dashboard({
    title,
    ...(uid === undefined ? {} : { uid }),
    description: 'What is promised, what is left of the error budget, and how fast it burns.',
    tags: ['slo'],
    rows: slos.map((slo) => row(slo, match)),
  });
}

function row({ spec, thresholds }: Slo, match: string): RowSpec {
  const recorded = (name: string) => chosen(name, `service="${spec.service}"`, `slo="${spec.name}"`, match);
  const budgetRatio = (window: string) => ({ expr: recorded(`slo:sli_error:ratio_rate${window}`), legend: window });
  const days = spec.windowDays ?? 30;
  return {
    title: `${spec.service}: ${spec.name}, ${spec.objectivePercent} % in ${days} days`,
    panels: [
      {
        title: 'Error budget left',
        description: `Share of the budget of ${days} days that is not spent; below 0 the objective is missed.`,
        type: 'stat',
        unit: 'percentunit',
        width: 6,
        queries: [{ expr: recorded('slo:period_error_budget_remaining:ratio'), legend: 'left' }],
      },
      {
        title: 'Burn rate',
        description: 'How many times faster than allowed the budget burns, in the last 5 minutes and over the period.',
        unit: 'short',
        min: 0,
        width: 9,
        queries: [
          { expr: recorded('slo:current_burn_rate:ratio'), legend: 'now' },
          { expr: recorded('slo:period_burn_rate:ratio'), legend: `${days}d` },
        ],
      },
      {
        title: 'Failing share',
        description: `By window. An alert fires when both windows of a pair are above their threshold: ${thresholds.map(({ severity, shortWindow, longWindow, ratio }) => `${severity} ${shortWindow} and ${longWindow} above ${ratio}`).join(', ')}.`,
        unit: 'percentunit',
        min: 0,
        width: 9,
        queries: ['5m', '30m', '1h', '2h', '6h', '1d', '3d'].map(budgetRatio),
      },
      {
        title: 'Requests and failures',
        description: 'In a second, over 5 minutes.',
        unit: 'reqps',
        min: 0,
        width: 24,
        queries: [
          { expr: recorded('slo:requests:rate5m'), legend: 'requests' },
          { expr: recorded('slo:errors:rate5m'), legend: 'failures' },
        ],
      },
    ],
  };
}
