import type { QuerySpec } from './dashboard-spec.ts';

/** A selector that the choices at the top of the dashboard filter. */
export function chosen(metric: string, ...own: readonly string[]): string {
  return `${metric}{${['job=~"$job"', 'instance=~"$instance"', ...own].filter(Boolean).join(',')}}`;
}

/** How fast a counter rises, over the interval that suits the zoom, added up by labels. */
export function rateOf(selector: string, by: readonly string[] = []): string {
  return `sum${grouping(by)} (rate(${selector}[$__rate_interval]))`;
}

/** Median, 95th and 99th percentile of a histogram. */
export function percentilesOf(histogram: string, by: readonly string[] = [], ...own: readonly string[]): QuerySpec[] {
  return [0.5, 0.95, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, ${rateOf(chosen(`${histogram}_bucket`, ...own), ['le', ...by])})`,
    legend: [`p${quantile * 100}`, ...by.map((label) => `{{${label}}}`)].join(' '),
  }));
}

/** Labels of the series as Grafana's legend. */
export function legendOf(labels: readonly string[], otherwise: string): string {
  return labels.length === 0 ? otherwise : labels.map((label) => `{{${label}}}`).join(' ');
}

function grouping(by: readonly string[]): string {
  return by.length === 0 ? '' : ` by (${by.join(', ')})`;
}
