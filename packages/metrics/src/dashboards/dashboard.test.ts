import { expect, test } from 'vitest';
import { defineSlo } from '../rules/define-slo.ts';
import { dashboard } from './dashboard.ts';
import type { DashboardSpec, PanelSpec } from './dashboard-spec.ts';
import type { GrafanaDashboard, GrafanaPanel } from './grafana-dashboard.ts';
import { httpDashboard } from './http-dashboard.ts';
import { runtimeDashboard } from './runtime-dashboard.ts';
import { sloDashboard } from './slo-dashboard.ts';

const panel: PanelSpec = {
  title: 'Requests',
  description: 'How many',
  queries: [{ expr: 'x{job=~"$job",instance=~"$instance"}' }],
};
const withPanels = (...panels: PanelSpec[]): DashboardSpec => ({ title: 'Shop', rows: [{ title: 'Row', panels }] });
const slo = defineSlo({
  service: 'shop',
  name: 'fast',
  objectivePercent: 99.9,
  sli: { histogram: 'h', thresholdSeconds: 1 },
});

const drawn = ({ panels }: GrafanaDashboard) => panels.filter((one): one is GrafanaPanel => one.type !== 'row');

test.for([
  ['http', httpDashboard()],
  ['runtime', runtimeDashboard()],
  ['slo', sloDashboard([slo, slo])],
  ['own', dashboard(withPanels(panel, { ...panel, width: 13 }, { ...panel, height: 3 }, { ...panel, width: 24 }))],
] as const)(
  'the %s dashboard imports as it is: unique ids, nothing overlaps, everything is named and filtered',
  ([, made]) => {
    expect(made).toMatchObject({ schemaVersion: 39, editable: false });
    expect(made.uid).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
    expect(made.templating.list.map(({ name }) => name)).toEqual(['datasource', 'job', 'instance']);
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
    expect(new Set(made.panels.map(({ id }) => id)).size).toBe(made.panels.length);
    const taken = new Set<string>();
    for (const { gridPos, title } of made.panels) {
      expect(title).not.toBe('');
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x},${y}`)).toBe(false);
          taken.add(`${x},${y}`);
        }
      }
    }
    for (const { description, fieldConfig, targets } of drawn(made)) {
      expect(description).not.toBe('');
      expect(fieldConfig.defaults.unit).not.toBe('');
      expect(targets.length).toBeGreaterThan(0);
      for (const { expr, datasource } of targets) {
        expect(datasource).toEqual({ type: 'prometheus', uid: '$datasource' });
        for (const selector of expr.match(/\{[^}]*\}/g) ?? [])
          expect(selector).toMatch(/^\{job=~"\$job",instance=~"\$instance"/);
      }
    }
  },
);

test('adds matchers to every series of a ready dashboard', () => {
  for (const made of [
    httpDashboard({ match: 'env="x"' }),
    runtimeDashboard({ match: 'env="x"' }),
    sloDashboard([slo], { match: 'env="x"' }),
  ]) {
    for (const { expr } of drawn(made).flatMap(({ targets }) => targets)) {
      for (const selector of expr.match(/\{[^}]*\}/g) ?? []) expect(selector).toContain('env="x"');
    }
  }
});

test('gives the same uid to the same title, and another to another of the same words', () => {
  const uid = (title: string) => dashboard({ ...withPanels(panel), title }).uid;
  expect(uid('Shop')).toBe(uid('Shop'));
  expect(uid('Shop!')).not.toBe(uid('Shop'));
  expect(uid('Магазин')).toMatch(/^[0-9a-f]{8}$/);
  expect(dashboard({ ...withPanels(panel), uid: 'mine' }).uid).toBe('mine');
});

test('names queries as Grafana does, past Z too', () => {
  const [only] = drawn(
    dashboard(withPanels({ ...panel, queries: Array.from({ length: 28 }, () => panel.queries[0] ?? { expr: '' }) })),
  );
  expect(only?.targets.map(({ refId }) => refId).slice(24)).toEqual(['Y', 'Z', 'AA', 'AB']);
});

test.for<[string, () => unknown, string]>([
  ['no title', () => dashboard({ ...withPanels(panel), title: '' }), 'title must be a text, got ""'],
  ['a uid of 41', () => dashboard({ ...withPanels(panel), uid: 'x'.repeat(41) }), 'uid must match [a-zA-Z0-9_-]{1,40}'],
  ['no panel', () => dashboard(withPanels()), 'a dashboard must have a panel'],
  ['no objective', () => sloDashboard([]), 'a dashboard must have a panel'],
  [
    'a panel without a description',
    () => dashboard(withPanels({ ...panel, description: '' })),
    'a panel must have a title and a description',
  ],
  [
    'a panel without a query',
    () => dashboard(withPanels({ ...panel, queries: [] })),
    'panel "Requests" must have a query',
  ],
  [
    'a panel wider than the grid',
    () => dashboard(withPanels({ ...panel, width: 25 })),
    'width must be an integer from 1 to 24, got 25',
  ],
  [
    'a panel of no height',
    () => dashboard(withPanels({ ...panel, height: 0 })),
    'height must be a positive integer, got 0',
  ],
  [
    'a query that nothing filters',
    () => dashboard(withPanels({ ...panel, queries: [{ expr: 'x' }] })),
    'a query must be filtered by $job and $instance, got "x"',
  ],
])('refuses %s', ([, make, message]) => {
  expect(make).toThrow(message);
});
