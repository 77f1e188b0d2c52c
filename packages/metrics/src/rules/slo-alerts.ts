import type { BurnSeverity, BurnThreshold } from './burn-thresholds.ts';
import type { AlertRule } from './rule-group.ts';
import type { SliExpressions } from './sli-expressions.ts';
import type { Slo } from './slo.ts';

/** What the alerts of an objective are built over. */
interface AlertFacts {
  readonly labels: Readonly<Record<string, string>>;
  /** Matchers of the recorded series, with their braces. */
  readonly series: string;
  readonly sli: SliExpressions;
}

const defaultAbsentMinutes = 10;

/** The alerts of an objective: a burn that pages, a burn that tickets, and silence where requests should be. */
export function sloAlerts(slo: Pick<Slo, 'spec' | 'alertName' | 'thresholds'>, facts: AlertFacts): AlertRule[] {
  const { page, ticket, absentMinutes = defaultAbsentMinutes } = slo.spec;
  return [
    ...(page === false ? [] : [burn(slo, facts, 'page', page)]),
    ...(ticket === false ? [] : [burn(slo, facts, 'ticket', ticket)]),
    ...(absentMinutes === 0 ? [] : [noData(slo, facts, absentMinutes)]),
  ];
}

function burn(
  { spec, alertName, thresholds }: Pick<Slo, 'spec' | 'alertName' | 'thresholds'>,
  { labels, series, sli }: AlertFacts,
  severity: BurnSeverity,
  more: Readonly<Record<string, string>> = {},
): AlertRule {
  const pairs = thresholds.filter((threshold) => threshold.severity === severity);
  const budget = severity === 'page' ? 'so fast that it is gone in days' : 'faster than the period allows';
  return {
    alert: alertName,
    expr: pairs
      .map((pair) => `(${bothWindows(pair, series)}${enoughRequests(spec.minRequestsPerSecond, pair, sli)})`)
      .join('\nor\n'),
    labels: { ...labels, ...more, severity },
    annotations: {
      summary: `${spec.service}: the error budget of ${spec.name} burns ${budget}`,
      description: `{{ $value | humanizePercentage }} of the requests fail, where ${budgetOf(spec.objectivePercent)} % may.`,
      ...spec.annotations,
    },
  };
}

/** The short window makes the alert go soon after the trouble, the long one keeps a moment's trouble from being one. */
function bothWindows({ shortWindow, longWindow, ratio }: BurnThreshold, series: string): string {
  const burning = (window: string) => `max without (window) (slo:sli_error:ratio_rate${window}${series}) > ${ratio}`;
  return `${burning(shortWindow)}\nand\n${burning(longWindow)}`;
}

function enoughRequests(least = 0, { longWindow }: BurnThreshold, sli: SliExpressions): string {
  return least === 0 ? '' : `\nand on ()\n(${sli.total(longWindow)}) >= ${least}`;
}

/** The budget in percent, in decimals. */
function budgetOf(objectivePercent: number): string {
  return String(Number((100 - objectivePercent).toFixed(6)));
}

function noData(
  { spec, alertName }: Pick<Slo, 'spec' | 'alertName'>,
  { labels, sli }: AlertFacts,
  minutes: number,
): AlertRule {
  return {
    alert: `${alertName}NoData`,
    expr: `absent(${sli.total('5m')})`,
    for: `${minutes}m`,
    labels: { ...labels, ...(spec.ticket === false ? {} : spec.ticket), severity: 'ticket' },
    annotations: {
      summary: `${spec.service}: nothing is known of ${spec.name}`,
      description: `No series of its requests has been seen for ${minutes} minutes.`,
      ...spec.annotations,
    },
  };
}
