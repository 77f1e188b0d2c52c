import assert from 'node:assert/strict';
import { defineSlo, toRulesYaml } from '@xc/metrics/rules';

const answers = 'http_server_request_duration_seconds_count';

const answered = defineSlo({
  service: 'shop',
  name: 'answers',
  objectivePercent: 99.9, // in 30 days, when nothing else is said
  sli: {
    errors: `sum(rate(${answers}{status=~"5..|aborted"}[$window]))`,
    total: `sum(rate(${answers}[$window]))`,
  },
  // A night with three visitors wakes nobody.
  minRequestsPerSecond: 1,
  page: { team: 'checkout' },
  annotations: { runbook_url: 'https://example.com/runbooks/answers' },
  // What the generated test feeds as good and as bad requests.
  test: {
    good: `${answers}{status="200"}`,
    bad: `${answers}{status="503"}`,
  },
});

// Latency is an objective too: 99 of 100 within half a second.
const quick = defineSlo({
  service: 'shop',
  name: 'quick-answers',
  objectivePercent: 99,
  sli: {
    histogram: 'http_server_request_duration_seconds',
    thresholdSeconds: 0.5, // one of the bucket bounds
    match: 'route!="/export"',
  },
});

// Two files: one for Prometheus, one for `promtool test rules`.
const rules = toRulesYaml([answered, quick].flatMap((slo) => slo.rules()));
const proof = answered.promtoolTest('shop.rules.yml');

assert.match(rules, /alert: ShopAnswersBudgetBurn$/m);
assert.match(rules, /alert: ShopQuickAnswersBudgetBurnNoData$/m);
assert.match(proof, /^rule_files:\n +- "?shop\.rules\.yml/);

// The figures of the table below, without the dirt of binary fractions.
assert.deepEqual(
  answered.thresholds.map(({ factor, ratio }) => [factor, ratio]),
  [
    [14.4, 0.0144],
    [6, 0.006],
    [3, 0.003],
    [1, 0.001],
  ],
);
