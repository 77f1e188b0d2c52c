import { createHash } from 'node:crypto';
import type { DashboardSpec, PanelSpec, RowSpec } from './dashboard-spec.ts';
import type {
  GrafanaDashboard,
  GrafanaDatasource,
  GrafanaPanel,
  GrafanaRow,
  GrafanaVariable,
} from './grafana-dashboard.ts';

const COLUMNS = 24;
const uidPattern = /^[a-zA-Z0-9_-]{1,40}$/;
const datasource: GrafanaDatasource = { type: 'prometheus', uid: '$datasource' };

/**
 * A Grafana dashboard as plain JSON: to be provisioned from a file, not edited by hand. It asks for a data source, a job and an
 * instance at the top; its `uid` follows from the title, so that importing it again replaces it.
 *
 * @throws TypeError when a query misses the variables `$job` and `$instance`, or nothing is shown.
 * @throws RangeError when a panel is wider than the grid.
 */
export function dashboard(spec: DashboardSpec): GrafanaDashboard {
  checkSpec(spec);
  return {
    uid: spec.uid ?? uidOf(spec.title),
    title: spec.title,
    description: spec.description ?? '',
    tags: spec.tags ?? [],
    schemaVersion: 39,
    version: 1,
    editable: false,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    annotations: { list: [] },
    templating: { list: [datasourceVariable, labelVariable('job', ''), labelVariable('instance', 'job=~"$job"')] },
    panels: laidOut(spec.rows),
  };
}

/** The words of a title for the reader, and a digest of it so that two titles of the same words differ. */
function uidOf(title: string): string {
  const words = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 30)
    .replaceAll(/^-|-$/g, '');
  return `${words}-${createHash('sha256').update(title).digest('hex').slice(0, 8)}`.replace(/^-/, '');
}

const datasourceVariable: GrafanaVariable = {
  name: 'datasource',
  type: 'datasource',
  label: 'Data source',
  query: 'prometheus',
  current: {},
  hide: 0,
  refresh: 1,
};

/** "All" takes series without the label too, such as those that rules record. */
function labelVariable(name: string, match: string): GrafanaVariable {
  return {
    name,
    type: 'query',
    label: name,
    datasource,
    definition: `label_values({${match || '__name__=~".+"'}}, ${name})`,
    query: { query: `label_values({${match || '__name__=~".+"'}}, ${name})`, refId: name },
    includeAll: true,
    allValue: '.*',
    multi: true,
    current: { selected: true, text: ['All'], value: ['$__all'] },
    hide: 0,
    refresh: 2,
    sort: 1,
  };
}

/** Panels from left to right; one that no longer fits begins a new line, a headline always does. */
function laidOut(rows: readonly RowSpec[]): (GrafanaRow | GrafanaPanel)[] {
  const panels: (GrafanaRow | GrafanaPanel)[] = [];
  let y = 0;
  for (const row of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    let tallest = 0;
    for (const panel of row.panels) {
      const { width: w = 12, height: h = 8 } = panel;
      if (x + w > COLUMNS) {
        x = 0;
        y += tallest;
        tallest = 0;
      }
      panels.push({ ...drawn(panel), id: panels.length + 1, gridPos: { x, y, w, h } });
      x += w;
      tallest = Math.max(tallest, h);
    }
    y += tallest;
  }
  return panels;
}

function drawn({
  title,
  description,
  type = 'timeseries',
  unit = 'short',
  min,
  max,
  queries,
}: PanelSpec): Omit<GrafanaPanel, 'id' | 'gridPos'> {
  const range = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  return {
    type,
    title,
    description,
    datasource,
    fieldConfig: { defaults: { unit, ...range }, overrides: [] },
    options:
      type === 'stat'
        ? {
            reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
            colorMode: 'value',
            graphMode: 'area',
          }
        : {
            legend: { displayMode: 'table', placement: 'bottom', showLegend: true, calcs: ['mean', 'max'] },
            tooltip: { mode: 'multi', sort: 'desc' },
          },
    targets: queries.map(({ expr, legend = '__auto' }, index) => ({
      refId: refId(index),
      datasource,
      expr,
      legendFormat: legend,
      range: true,
    })),
  };
}

/** A, B, ... Z, AA, AB as Grafana names queries. */
function refId(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : refId(Math.floor(index / 26) - 1) + last;
}

function checkSpec({ title, uid, rows }: DashboardSpec): void {
  if (typeof title !== 'string' || title === '')
    throw new TypeError(`title must be a text, got ${JSON.stringify(title)}`);
  if (uid !== undefined && !uidPattern.test(uid))
    throw new TypeError(`uid must match [a-zA-Z0-9_-]{1,40}, got ${JSON.stringify(uid)}`);
  if (!Array.isArray(rows) || !rows.some(({ panels }) => panels.length > 0))
    throw new TypeError('a dashboard must have a panel');
  for (const panel of rows.flatMap((row: RowSpec) => row.panels)) checkPanel(panel);
}

function checkPanel({ title, description, width = 12, height = 8, queries }: PanelSpec): void {
  if (!title || !description)
    throw new TypeError(`a panel must have a title and a description, got ${JSON.stringify({ title, description })}`);
  if (!Number.isInteger(width) || width < 1 || width > COLUMNS)
    throw new RangeError(`width must be an integer from 1 to 24, got ${width}`);
  if (!Number.isInteger(height) || height < 1) throw new RangeError(`height must be a positive integer, got ${height}`);
  if (queries.length === 0) throw new TypeError(`panel ${JSON.stringify(title)} must have a query`);
  for (const { expr } of queries) {
    if (expr.includes('$job') && expr.includes('$instance')) continue;
    throw new TypeError(`a query must be filtered by $job and $instance, got ${JSON.stringify(expr)}`);
  }
}
