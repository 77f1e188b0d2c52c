import { numberText } from '../render/number-text.ts';
import type { TrafficPhase } from './scenario.ts';
import type { SloSpec } from './slo.ts';

/** An input series of promtool: its name, and its values in promtool's expanding notation. */
export interface InputSeries {
  readonly [key: string]: string;
  readonly series: string;
  readonly values: string;
}

/**
 * How traffic becomes series of an objective's own metrics.
 *
 * @throws TypeError when the series are not known.
 */
export function sloTestSeries({ sli, test }: SloSpec): (traffic: readonly TrafficPhase[]) => InputSeries[] {
  if ('histogram' in sli) {
    const labels = matchingLabels(sli.match ?? '');
    const series = (suffix: string, le?: string) =>
      `${sli.histogram}${suffix}{${[...labels, ...(le === undefined ? [] : [`le="${le}"`])].join(',')}}`;
    return (traffic) => [
      { series: series('_bucket', numberText(sli.thresholdSeconds)), values: counted(traffic, good) },
      { series: series('_bucket', '+Inf'), values: counted(traffic, all) },
      { series: series('_count'), values: counted(traffic, all) },
    ];
  }
  if (test === undefined) throw new TypeError('promtoolTest needs test.good and test.bad: the series to feed');
  return (traffic) => [
    { series: test.good, values: counted(traffic, good) },
    // A client declares no series of failures before the first one.
    ...(traffic.some(({ failing }) => failing > 0) ? [{ series: test.bad, values: counted(traffic, bad) }] : []),
  ];
}

type Kind = (phase: TrafficPhase) => number;
const all: Kind = ({ requestsPerMinute }) => requestsPerMinute;
const bad: Kind = ({ requestsPerMinute, failing }) => requestsPerMinute * failing;
const good: Kind = (phase) => all(phase) - bad(phase);

/** A counter over the phases, in promtool's notation `start+step x times`; a phase goes on where the one before ended. */
function counted(traffic: readonly TrafficPhase[], kind: Kind): string {
  let value = 0;
  const parts = traffic.map((phase) => {
    const step = kind(phase);
    const start = value + step;
    value += step * phase.minutes;
    return `${start}+${step}x${phase.minutes - 1}`;
  });
  return ['0', ...parts].join(' ');
}

const matcher = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/gy;

/** Labels that a series needs to be met by the matchers: the values asked for; what must not be is left out. */
function matchingLabels(match: string): string[] {
  const labels: string[] = [];
  let end = 0;
  for (const [text, name, operator, value = ''] of match.matchAll(matcher)) {
    end += text.length;
    if (operator === '=') labels.push(`${name}="${value}"`);
    if (operator === '=~') labels.push(`${name}="${exampleOf(value)}"`);
  }
  if (match.slice(end).trim() !== '')
    throw new TypeError(`sli.match must be matchers such as route="/x", got ${JSON.stringify(match)}`);
  return labels;
}

/** A value that a simple pattern takes: its first alternative, with a sign for every wild card. */
function exampleOf(pattern: string): string {
  const [first = ''] = pattern.split('|');
  const example = first
    .replaceAll(/[()]/g, '')
    .replaceAll(/\.[+*]/g, 'x')
    .replaceAll(/\\+(.)|\./g, (_, escaped) => escaped ?? '0');
  if (new RegExp(`^(?:${pattern.replaceAll('\\\\', '\\')})$`).test(example)) return example;
  throw new TypeError(
    `promtoolTest cannot tell a value that ${JSON.stringify(pattern)} takes: write sli.match with = there`,
  );
}
