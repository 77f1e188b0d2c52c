import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promtool, withoutPrometheus } from '@xc/test-support';
import { afterAll, expect, test } from 'vitest';
import { defineSlo } from '../rules/define-slo.ts';
import { toRulesYaml } from '../rules/to-rules-yaml.ts';
import { dashboardFor } from './dashboard-for.ts';
import { httpDashboard } from './http-dashboard.ts';
import { runtimeDashboard } from './runtime-dashboard.ts';
import { sloDashboard } from './slo-dashboard.ts';

const folder = mkdtempSync(join(tmpdir(), 'xc-queries-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const missing = withoutPrometheus();
const why = missing === undefined ? '' : ` (skipped: ${missing})`;

const slo = defineSlo({
  service: 'shop',
  name: 'fast',
  objectivePercent: 99.9,
  sli: { histogram: 'h', thresholdSeconds: 1 },
});
const declared = dashboardFor(
  [
    { name: 'a_total', help: 'A', type: 'counter', labels: ['x', 'y'] },
    { name: 'b', help: 'B', type: 'counter', labels: [] },
    { name: 'c', help: 'C', type: 'gauge', labels: [] },
    { name: 'd', help: 'D', type: 'histogram', labels: ['x'], buckets: [1] },
  ],
  { title: 'Declared' },
);

test.skipIf(missing !== undefined).for([
  ['http', httpDashboard({ match: 'env="x"' })],
  ['runtime', runtimeDashboard()],
  ['slo', sloDashboard([slo])],
  ['declared', declared],
] as const)(`Prometheus reads every query of the %s dashboard${why}`, async ([name, { panels }]) => {
  const expressions = panels.flatMap((panel) => (panel.type === 'row' ? [] : panel.targets.map(({ expr }) => expr)));
  const filled = expressions.map((expr) =>
    expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(?:job|instance)/g, '.*'),
  );
  const rules = filled.map((expr, index) => ({ record: `query_${index}`, expr }));
  expect(filled.join()).not.toContain('$');
  writeFileSync(join(folder, name), toRulesYaml([{ name: 'queries', rules }]));
  const said = await promtool(['check', 'rules', name], { folder });
  expect(said.code, said.output).toBe(0);
  expect(said.output).toContain(`${expressions.length} rules found`);
});
