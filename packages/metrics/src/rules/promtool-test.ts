import { errorBudget } from './burn-thresholds.ts';
import type { Expectation } from './scenario.ts';
import type { Slo } from './slo.ts';
import { sloRules } from './slo-rules.ts';
import { scenarios } from './slo-scenarios.ts';
import { sloTestSeries } from './slo-test-series.ts';
import { toYaml, type YamlData } from './yaml.ts';

/** How much traffic the scenarios have, where the objective does not ask for more. */
const requestsPerMinute = 60_000;

/** So many times the traffic that is asked for makes a story of one hour busy over three days, with room to spare. */
const hourInThreeDays = 72 * 1.5;

/** Writes the file for `promtool test rules` that proves the rules of an objective. */
export function promtoolTest(slo: Pick<Slo, 'spec' | 'alertName' | 'thresholds'>, rulesFile: string): string {
  const { spec } = slo;
  const feed = sloTestSeries(spec);
  const busy = Math.max(requestsPerMinute, Math.ceil((spec.minRequestsPerSecond ?? 0) * 60 * hourInThreeDays));
  return toYaml({
    rule_files: [rulesFile],
    evaluation_interval: '5m',
    // Else the alerts would see the ratios of this evaluation or of the one before, as it happens.
    group_eval_order: sloRules(slo).map(({ name }) => name),
    tests: scenarios(slo, errorBudget(spec.objectivePercent), busy).map(({ name, traffic, expect }) => ({
      name,
      interval: '1m',
      ...(traffic.length === 0 ? {} : { input_series: feed(traffic) }),
      promql_expr_test: expect.map((expectation) => ({
        expr: question(expectation, slo),
        eval_time: `${expectation.atMinute}m`,
        exp_samples: [{ labels: '{}', value: expectation.holds ? 1 : 0 }],
      })),
    })),
  });
}

/** PromQL that gives 1 where the expectation's fact is so, else 0. */
function question(expectation: Expectation, { spec, alertName }: Pick<Slo, 'spec' | 'alertName'>): YamlData {
  const labels = `service="${spec.service}",slo="${spec.name}"`;
  if ('severity' in expectation) {
    const { alert = alertName, severity } = expectation;
    return `count(ALERTS{alertname="${alert}",alertstate="firing",severity="${severity}",${labels}}) or vector(0)`;
  }
  // Sums of binary fractions differ in the last digits.
  const { record, value } = expectation;
  return `count(abs(${record}{${labels}} - ${value}) <= ${Math.abs(value) / 1e6}) or vector(0)`;
}
