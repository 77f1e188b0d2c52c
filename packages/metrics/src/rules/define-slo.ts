import { burnThresholds } from './burn-thresholds.ts';
import { checkSloSpec } from './check-slo-spec.ts';
import { promtoolTest } from './promtool-test.ts';
import type { Slo, SloSpec } from './slo.ts';
import { sloRules } from './slo-rules.ts';

/**
 * Turns what a service promises into rules that Prometheus watches, and into a test that proves them.
 *
 * Source: The Site Reliability Workbook (2018), chapter 5.
 *
 * @example
 * ```ts
 * const slo = defineSlo({
 *   service: 'shop',
 *   name: 'requests',
 *   objectivePercent: 99.9,
 *   sli: {
 *     errors: 'sum(rate(http_server_request_duration_seconds_count{status=~"5.."}[$window]))',
 *     total: 'sum(rate(http_server_request_duration_seconds_count[$window]))',
 *   },
 * });
 * await writeFile('slo.rules.yml', toRulesYaml(slo.rules()));
 * ```
 *
 * @throws RangeError when a number is outside its range.
 * @throws TypeError when a name, an expression or a label is not one.
 */
export function defineSlo(spec: SloSpec): Slo {
  checkSloSpec(spec);
  const thresholds = burnThresholds(spec.objectivePercent, spec.windowDays);
  const alertName = `${pascalCase(`${spec.service}-${spec.name}`)}BudgetBurn`;
  const slo = { spec, alertName, thresholds };
  return {
    ...slo,
    rules: () => sloRules(slo),
    promtoolTest: (rulesFile) => promtoolTest(slo, rulesFile),
  };
}

function pascalCase(dashed: string): string {
  return dashed
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
