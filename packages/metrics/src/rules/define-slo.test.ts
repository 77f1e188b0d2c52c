import { expect, test } from 'vitest';
import { defineSlo } from './define-slo.ts';
import type { AlertRule } from './rule-group.ts';
import type { Slo, SloSpec } from './slo.ts';

const requests: SloSpec = {
  service: 'web-shop',
  name: 'requests',
  objectivePercent: 99.9,
  sli: { errors: 'sum(rate(x_total{status=~"5.."}[$window]))', total: 'sum(rate(x_total[$window]))' },
  test: { good: 'x_total{status="200"}', bad: 'x_total{status="500"}' },
};

const all = (slo: Slo) => slo.rules().flatMap(({ rules }) => rules);
const alerts = (slo: Slo) => all(slo).filter((rule): rule is AlertRule => 'alert' in rule);
const recorded = (slo: Slo) => all(slo).flatMap((rule) => ('record' in rule ? [rule] : []));

test('names its alerts after service and objective', () => {
  const slo = defineSlo(requests);
  expect(slo.alertName).toBe('WebShopRequestsBudgetBurn');
  expect(alerts(slo).map(({ alert, labels }) => [alert, labels?.severity])).toEqual([
    ['WebShopRequestsBudgetBurn', 'page'],
    ['WebShopRequestsBudgetBurn', 'ticket'],
    ['WebShopRequestsBudgetBurnNoData', 'ticket'],
  ]);
});

test('records every window, the rates, and what follows from them', () => {
  expect(recorded(defineSlo(requests)).map(({ record }) => record)).toEqual([
    ...['5m', '30m', '1h', '2h', '6h', '1d', '3d'].map((window) => `slo:sli_error:ratio_rate${window}`),
    'slo:requests:rate5m',
    'slo:errors:rate5m',
    'slo:objective:ratio',
    'slo:error_budget:ratio',
    'slo:time_period:days',
    'slo:sli_error:ratio_rate30d',
    'slo:current_burn_rate:ratio',
    'slo:period_burn_rate:ratio',
    'slo:period_error_budget_remaining:ratio',
  ]);
});

test('labels every rule with service, objective and what else is asked for', () => {
  const slo = defineSlo({ ...requests, labels: { team: 'a' }, page: { to: 'phone' }, ticket: { to: 'board' } });
  for (const { labels } of all(slo)) expect(labels).toMatchObject({ service: 'web-shop', slo: 'requests', team: 'a' });
  for (const { record, labels } of recorded(slo).slice(0, 7))
    expect(record).toBe(`slo:sli_error:ratio_rate${labels?.window}`);
  expect(alerts(slo).map(({ labels }) => labels?.to)).toEqual(['phone', 'board', 'board']);
});

test('weighs the period by traffic', () => {
  const period = recorded(defineSlo({ ...requests, windowDays: 28 })).find(
    ({ record }) => record === 'slo:sli_error:ratio_rate28d',
  );
  const series = '{service="web-shop",slo="requests"}[28d]';
  expect(period?.expr).toBe(
    `sum_over_time(slo:errors:rate5m${series}) / (sum_over_time(slo:requests:rate5m${series}) > 0)`,
  );
});

test('leaves out the alerts that are not wanted', () => {
  expect(
    alerts(defineSlo({ ...requests, page: false, absentMinutes: 0 })).map(({ labels }) => labels?.severity),
  ).toEqual(['ticket']);
  expect(
    alerts(defineSlo({ ...requests, ticket: false, absentMinutes: 0 })).map(({ labels }) => labels?.severity),
  ).toEqual(['page']);
});

test('finds the threshold of a histogram in both spellings of a bound', () => {
  const expression = (thresholdSeconds: number) =>
    recorded(defineSlo({ ...requests, sli: { histogram: 'x_seconds', thresholdSeconds, match: 'route="/a"' } }))[0]
      ?.expr;
  expect(expression(1)).toContain('x_seconds_bucket{route="/a",le=~"1|1\\\\.0"}[5m]');
  expect(expression(0.25)).toContain('le=~"0\\\\.25"');
  expect(expression(1_000_000)).toContain('le=~"1000000|1e\\\\+06"');
});

test.for<[string, Partial<Record<keyof SloSpec, unknown>>, string]>([
  ['a name with capitals', { service: 'Shop' }, 'service must match [a-z0-9-]{1,63}, got "Shop"'],
  ['no name', { name: '' }, 'name must match [a-z0-9-]{1,63}, got ""'],
  ['an objective of 100', { objectivePercent: 100 }, 'objectivePercent must be above 0 and below 100, got 100'],
  ['a period of 3 days', { windowDays: 3 }, 'windowDays must be an integer from 7 to 90, got 3'],
  [
    'no window in errors',
    { sli: { errors: 'a', total: 'b[$window]' } },
    'sli.errors must have $window where the range goes, got "a"',
  ],
  [
    'no window in total',
    { sli: { errors: 'a[$window]', total: 'b' } },
    'sli.total must have $window where the range goes, got "b"',
  ],
  ['no total', { sli: { errors: 'a[$window]' } }, 'sli.total must be a string, got undefined'],
  ['no indicator', { sli: undefined }, 'sli must be an object, got undefined'],
  [
    'a histogram that is no metric',
    { sli: { histogram: 'a-b', thresholdSeconds: 1 } },
    'sli.histogram must be the name of a metric, got "a-b"',
  ],
  [
    'a threshold of 0',
    { sli: { histogram: 'a', thresholdSeconds: 0 } },
    'sli.thresholdSeconds must be a finite number above 0, got 0',
  ],
  [
    'a negative rate',
    { minRequestsPerSecond: -1 },
    'minRequestsPerSecond must be a finite number of at least 0, got -1',
  ],
  ['half a minute', { absentMinutes: 0.5 }, 'absentMinutes must be a whole number, got 0.5'],
  ['a label of the rules', { page: { severity: 'x' } }, 'page must not set severity: the rules do'],
  ['a label that is none', { labels: { 'a-b': 'x' } }, 'labels has a name that Prometheus refuses: "a-b"'],
  ['a label that is no text', { labels: { a: 1 } }, 'labels.a must be a string, got 1'],
  [
    'a test without a series',
    { test: { good: 'x' } },
    'test.bad must be a series such as x_total{status="200"}, got undefined',
  ],
])('refuses %s', ([, change, message]) => {
  expect(() => defineSlo({ ...requests, ...change } as SloSpec)).toThrow(message);
});

test('says what a generated test cannot know', () => {
  const { test: _, ...untested } = requests;
  expect(() => defineSlo(untested).promtoolTest('rules.yml')).toThrow(TypeError);
  expect(() => defineSlo(untested).promtoolTest('rules.yml')).toThrow(
    'promtoolTest needs test.good and test.bad: the series to feed',
  );
  const pattern = defineSlo({ ...requests, sli: { histogram: 'x', thresholdSeconds: 1, match: 'route=~"[a-c]{2}"' } });
  expect(() => pattern.promtoolTest('rules.yml')).toThrow('promtoolTest cannot tell a value that "[a-c]{2}" takes');
  const broken = defineSlo({ ...requests, sli: { histogram: 'x', thresholdSeconds: 1, match: 'route' } });
  expect(() => broken.promtoolTest('rules.yml')).toThrow('sli.match must be matchers such as route="/x", got "route"');
});
