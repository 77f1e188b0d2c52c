import type { Declaration } from '../declaration.ts';
import { dashboard } from './dashboard.ts';
import type { PanelSpec } from './dashboard-spec.ts';
import type { GrafanaDashboard } from './grafana-dashboard.ts';
import { chosen, legendOf, percentilesOf, rateOf } from './queries.ts';

/** Grafana's name of a unit; what is counted in it, a second, beside it. */
const units: Readonly<Record<string, { readonly unit: string; readonly perSecond: string }>> = {
  seconds: { unit: 's', perSecond: 's' },
  bytes: { unit: 'bytes', perSecond: 'Bps' },
  ratio: { unit: 'percentunit', perSecond: 'short' },
  celsius: { unit: 'celsius', perSecond: 'short' },
  volts: { unit: 'volt', perSecond: 'short' },
  amperes: { unit: 'amp', perSecond: 'short' },
  joules: { unit: 'joule', perSecond: 'watt' },
  grams: { unit: 'massg', perSecond: 'short' },
  meters: { unit: 'lengthm', perSecond: 'velocityms' },
};

/**
 * A dashboard from what has been declared: rates of counters, gauges as they are, rates and percentiles of histograms; one row for
 * each first word of the names.
 *
 * @throws TypeError when nothing is declared or the title is empty.
 */
export function dashboardFor(
  declarations: readonly Declaration[],
  spec: { readonly title: string; readonly uid?: string },
): GrafanaDashboard {
  const rows = new Map<string, PanelSpec[]>();
  for (const declaration of [...declarations].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const [word = ''] = declaration.name.split(/[_:]/);
    rows.set(word, [...(rows.get(word) ?? []), ...panelsOf(declaration)]);
  }
  return dashboard({ ...spec, rows: [...rows].map(([title, panels]) => ({ title, panels })) });
}

function panelsOf({ name, help, type, labels, unit = '' }: Declaration): PanelSpec[] {
  const { unit: plain = 'short', perSecond = unit === '' ? 'ops' : 'short' } = units[unit] ?? {};
  const description = help === '' ? name : help;
  if (type === 'gauge') {
    return [
      {
        title: name,
        description,
        unit: plain,
        queries: [{ expr: chosen(name), legend: legendOf([...labels, 'instance'], name) }],
      },
    ];
  }
  if (type === 'counter') {
    // Prometheus asks for OpenMetrics, which gives every counter the ending.
    const selector = name.endsWith('_total') ? chosen(name) : chosen('', `__name__=~"${name}(_total)?"`);
    return [
      {
        title: `${name}, a second`,
        description,
        unit: perSecond,
        min: 0,
        queries: [{ expr: rateOf(selector, labels), legend: legendOf(labels, name) }],
      },
    ];
  }
  return [
    {
      title: `${name}, how many a second`,
      description,
      unit: 'ops',
      min: 0,
      queries: [{ expr: rateOf(chosen(`${name}_count`), labels), legend: legendOf(labels, name) }],
    },
    { title: name, description, unit: plain, min: 0, queries: percentilesOf(name) },
  ];
}
