import { type BurnWindow, errorBudget, objectiveRatio } from './burn-thresholds.ts';
import type { RecordingRule, RuleGroup } from './rule-group.ts';
import { type SliExpressions, sliExpressions } from './sli-expressions.ts';
import type { Slo } from './slo.ts';
import { sloAlerts } from './slo-alerts.ts';

const windows: readonly BurnWindow[] = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'];

/** The rules of an objective: what is recorded, what is derived from it, what fires. */
export function sloRules(slo: Pick<Slo, 'spec' | 'alertName' | 'thresholds'>): readonly RuleGroup[] {
  const { spec } = slo;
  const sli = sliExpressions(spec.sli);
  const id = `${spec.service}-${spec.name}`;
  const labels = { service: spec.service, slo: spec.name, ...spec.labels };
  const series = `{service="${spec.service}",slo="${spec.name}"}`;
  return [
    { name: `slo-sli-${id}`, rules: measured(sli, labels) },
    { name: `slo-meta-${id}`, rules: derived(slo, labels, series) },
    { name: `slo-alerts-${id}`, rules: sloAlerts(slo, { labels, series, sli }) },
  ];
}

function measured(sli: SliExpressions, labels: Readonly<Record<string, string>>): RecordingRule[] {
  const ratios = windows.map((window) => ({
    record: `slo:sli_error:ratio_rate${window}`,
    // Without requests there is no ratio: 0 / 0 would be recorded as a value that spoils every average over it.
    expr: `(${sli.errors(window)}) / ((${sli.total(window)}) > 0)`,
    labels: { ...labels, window },
  }));
  const rates = [
    { record: 'slo:requests:rate5m', expr: sli.total('5m'), labels: { ...labels, window: '5m' } },
    { record: 'slo:errors:rate5m', expr: sli.errors('5m'), labels: { ...labels, window: '5m' } },
  ];
  return [...ratios, ...rates];
}

function derived(
  { spec }: Pick<Slo, 'spec'>,
  labels: Readonly<Record<string, string>>,
  series: string,
): RecordingRule[] {
  const days = spec.windowDays ?? 30;
  const budget = errorBudget(spec.objectivePercent);
  const period = `${days}d`;
  const constant = (record: string, value: number): RecordingRule => ({ record, expr: `vector(${value})`, labels });
  return [
    constant('slo:objective:ratio', objectiveRatio(spec.objectivePercent)),
    constant('slo:error_budget:ratio', budget),
    constant('slo:time_period:days', days),
    {
      record: `slo:sli_error:ratio_rate${period}`,
      // Weighted by traffic: an outage at night takes what it cost, not its share of the clock.
      expr: `sum_over_time(slo:errors:rate5m${series}[${period}]) / (sum_over_time(slo:requests:rate5m${series}[${period}]) > 0)`,
      labels: { ...labels, window: period },
    },
    {
      record: 'slo:current_burn_rate:ratio',
      expr: `sum without (window) (slo:sli_error:ratio_rate5m${series}) / ${budget}`,
      labels,
    },
    {
      record: 'slo:period_burn_rate:ratio',
      expr: `sum without (window) (slo:sli_error:ratio_rate${period}${series}) / ${budget}`,
      labels,
    },
    { record: 'slo:period_error_budget_remaining:ratio', expr: `1 - slo:period_burn_rate:ratio${series}`, labels },
  ];
}
