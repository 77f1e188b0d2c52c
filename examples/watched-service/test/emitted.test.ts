import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runtimeMetrics } from '@xc/metrics';
import type { GrafanaDashboard } from '@xc/metrics/dashboards';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployFiles } from '../src/deploy-files.ts';
import { createInstruments } from '../src/instruments.ts';
import { answered } from '../src/objective.ts';

const here = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'watched-service-'));
  execFileSync(process.execPath, ['emit-rules.mjs', folder], { cwd: here });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const dashboards = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.dashboard.json'))
    .map((name) => JSON.parse(read(name)) as GrafanaDashboard);
const queries = () =>
  dashboards().flatMap(({ panels }) =>
    panels.flatMap((panel) => (panel.type === 'row' ? [] : panel.targets.map(({ expr }) => expr))),
  );

/** Names that a selector stands behind: `name{...}`. */
const metricsIn = (text: string) => [...text.matchAll(/([a-z][a-z0-9_:]*)\{/g)].map(([, name = '']) => name);

test('node emit-rules.mjs writes the rules, their test and the dashboards', () => {
  expect(readdirSync(folder).sort()).toEqual(
    deployFiles()
      .map(({ name }) => name)
      .sort(),
  );
  expect(read('city-guide.rules.yml')).toContain('CityGuideAnswersBudgetBurn');
  expect(read('city-guide.rules.test.yml')).toContain('city-guide.rules.yml');
  expect(dashboards().map(({ title }) => title)).toEqual(['Service level objectives', 'Node.js runtime', 'City guide']);
});

test('rules and dashboards ask for nothing that is not measured or recorded', () => {
  const { metrics } = createInstruments();
  runtimeMetrics(metrics).stop();
  const measured = metrics
    .declarations()
    .flatMap(({ name, type }) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    );
  const recorded = answered
    .rules()
    .flatMap(({ rules }) => rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])));
  const asked = new Set([...metricsIn(read('city-guide.rules.yml')), ...queries().flatMap(metricsIn)]);
  expect(asked.size).toBeGreaterThan(20);
  expect([...asked].filter((name) => ![...measured, ...recorded].includes(name))).toEqual([]);
});

test('what the service alone measures is on its dashboard', () => {
  expect(queries().filter((expr) => expr.includes('city_lookups_total'))).toHaveLength(1);
});

const promtool = (...args: readonly string[]) => spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
const isMissing = promtool('--version').error !== undefined;

test.skipIf(isMissing)('promtool takes the rules, and their test proves them (skipped where promtool is not)', () => {
  const checked = promtool('check', 'rules', 'city-guide.rules.yml');
  expect(checked.status, checked.stderr).toBe(0);
  const tested = promtool('test', 'rules', 'city-guide.rules.test.yml');
  expect(tested.status, tested.stdout + tested.stderr).toBe(0);

  // A page that comes ten times too late is noticed.
  const [page] = answered.thresholds;
  const weak = read('city-guide.rules.yml').replaceAll(`> ${page?.ratio}`, '> 0.144');
  writeFileSync(join(folder, 'weak.rules.yml'), weak);
  writeFileSync(join(folder, 'weak.test.yml'), answered.promtoolTest('weak.rules.yml'));
  expect(promtool('test', 'rules', 'weak.test.yml').status).not.toBe(0);
  rmSync(join(folder, 'weak.rules.yml'));
});
