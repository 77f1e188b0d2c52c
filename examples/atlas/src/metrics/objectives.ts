import {
  type AlertPackOptions,
  breakerAlerts,
  databaseAlerts,
  defineSlo,
  httpAlerts,
  poolAlerts,
  type RuleGroup,
  runtimeAlerts,
} from '@xc/metrics/rules';

const answers = 'http_server_request_duration_seconds_count';

/** What the guide promises: 999 of 1,000 answers are no failures. Whoever left without an answer counts as one. */
export const answered = defineSlo({
  service: 'atlas',
  name: 'answers',
  objectivePercent: 99.9,
  sli: {
    errors: `sum(rate(${answers}{status=~"5..|aborted"}[$window]))`,
    total: `sum(rate(${answers}[$window]))`,
  },
  test: { good: `${answers}{status="200"}`, bad: `${answers}{status="503"}` },
});

const options: AlertPackOptions<never> = { runbook: (alert) => `https://example.com/runbooks/${alert}` };

/** Every rule that Prometheus evaluates for the guide. */
export function allRules(): readonly RuleGroup[] {
  const packs = [
    httpAlerts(options),
    runtimeAlerts(options),
    databaseAlerts(options),
    poolAlerts(options),
    breakerAlerts(options),
  ];
  return [...answered.rules(), ...packs];
}
