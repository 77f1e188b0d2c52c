import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promtool, withoutPrometheus } from '@xc/test-support';
import { afterAll, expect, test } from 'vitest';
import { defineSlo } from './define-slo.ts';
import type { RuleGroup } from './rule-group.ts';
import type { Slo, SloSpec } from './slo.ts';
import { toRulesYaml } from './to-rules-yaml.ts';

const folder = mkdtempSync(join(tmpdir(), 'xc-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const missing = withoutPrometheus();
const proven = test.skipIf(missing !== undefined);
const why = missing === undefined ? '' : ` (skipped: ${missing})`;

const byStatus: Pick<SloSpec, 'sli' | 'test'> = {
  sli: { errors: 'sum(rate(x_total{status=~"5.."}[$window]))', total: 'sum(rate(x_total[$window]))' },
  test: { good: 'x_total{status="200"}', bad: 'x_total{status="500"}' },
};
const requests: SloSpec = {
  service: 'shop',
  name: 'requests',
  objectivePercent: 99.9,
  minRequestsPerSecond: 2,
  ...byStatus,
};

const objectives: readonly SloSpec[] = [
  requests,
  {
    service: 'shop',
    name: 'low',
    objectivePercent: 90,
    ...byStatus,
    labels: { team: 'a' },
    annotations: { runbook_url: 'http://x/{{ $value }}' },
  },
  { service: 'shop', name: 'strict', objectivePercent: 99.999, windowDays: 90, ...byStatus, absentMinutes: 7 },
  {
    service: 'shop',
    name: 'fast',
    objectivePercent: 99,
    windowDays: 28,
    sli: { histogram: 'h_seconds', thresholdSeconds: 1, match: 'route=~"/a.*|b",job!="y"' },
  },
  {
    service: 'shop',
    name: 'half',
    objectivePercent: 50,
    windowDays: 7,
    sli: { histogram: 'h_seconds', thresholdSeconds: 0.3 },
    ticket: false,
    absentMinutes: 0,
  },
  { service: 'shop', name: 'week', objectivePercent: 99.99, windowDays: 7, ...byStatus },
  { service: 'shop', name: 'fortnight', objectivePercent: 99.9, windowDays: 14, ...byStatus },
  { service: 'shop', name: 'busy', objectivePercent: 99.9, minRequestsPerSecond: 50, ...byStatus },
  { service: 'shop', name: 'tickets', objectivePercent: 99.5, ...byStatus, page: false },
];

let files = 0;

/** Lets promtool check the rules and test them as the objective says. */
async function verdict(
  slo: Slo,
  groups: readonly RuleGroup[] = slo.rules(),
): Promise<{ readonly rules: number; readonly test: number; readonly output: string }> {
  const file = ++files;
  const rulesFile = `rules-${file}.yml`;
  const testFile = `test-${file}.yml`;
  writeFileSync(join(folder, rulesFile), toRulesYaml(groups));
  writeFileSync(join(folder, testFile), slo.promtoolTest(rulesFile));
  const [rules, tested] = await Promise.all([
    promtool(['check', 'rules', rulesFile], { folder }),
    promtool(['test', 'rules', testFile], { folder }),
  ]);
  return { rules: rules.code, test: tested.code, output: rules.output + tested.output };
}

proven.for(objectives)(`promtool proves the rules of $name${why}`, { timeout: 60_000 }, async (spec) => {
  const said = await verdict(defineSlo(spec));
  expect(said, said.output).toMatchObject({ rules: 0, test: 0 });
});

proven(`the histogram's own spelling of a bound does not matter${why}`, { timeout: 60_000 }, async () => {
  const slo = defineSlo({
    service: 'shop',
    name: 'fast',
    objectivePercent: 99,
    sli: { histogram: 'h_seconds', thresholdSeconds: 1 },
  });
  const test = slo.promtoolTest('rules-om.yml').replaceAll('le=\\"1\\"', 'le=\\"1.0\\"');
  expect(test).toContain('le=\\"1.0\\"');
  writeFileSync(join(folder, 'rules-om.yml'), toRulesYaml(slo.rules()));
  writeFileSync(join(folder, 'test-om.yml'), test);
  const said = await promtool(['test', 'rules', 'test-om.yml'], { folder });
  expect(said.code, said.output).toBe(0);
});

/** One window of a pair, as it stands in the JSON of a rule. */
const burning = (window: string, ratio: number) =>
  `max without \\(window\\) \\(slo:sli_error:ratio_rate${window}\\{[^}]*\\}\\) > ${ratio}`;

/** Every rule in turn taken out, and every expression that decides made weaker. */
function weakened(slo: Slo): { readonly what: string; readonly groups: readonly RuleGroup[] }[] {
  const groups = slo.rules();
  const without = groups.flatMap((group) =>
    group.rules.map((rule) => ({
      what: `without ${'record' in rule ? rule.record : `${rule.alert} ${rule.labels?.severity}`}`,
      groups: groups.map((other) =>
        other === group ? { ...group, rules: group.rules.filter((kept) => kept !== rule) } : other,
      ),
    })),
  );
  const text = JSON.stringify(groups);
  const changed = (what: string, from: string | RegExp, to: string) => ({
    what,
    groups: JSON.parse(text.replaceAll(from, to)),
  });
  return [
    ...without,
    ...slo.thresholds.map(({ ratio }) => changed(`with ${ratio} twice as high`, `> ${ratio}`, `> ${2 * ratio}`)),
    changed('without a ratio until the first failure', / or 0 \* \(sum\(rate\(x_total\[\w+\]\)\)\)/g, ''),
    ...slo.thresholds.flatMap(({ shortWindow, longWindow, ratio }) => [
      changed(
        `without the ${shortWindow} of ${ratio}`,
        new RegExp(`${burning(shortWindow, ratio)}\\\\nand\\\\n`, 'g'),
        '',
      ),
      changed(
        `without the ${longWindow} of ${ratio}`,
        new RegExp(`\\\\nand\\\\n${burning(longWindow, ratio)}`, 'g'),
        '',
      ),
    ]),
    changed('with silence twice as long', '"10m"', '"20m"'),
    changed('with half the traffic', '>= 2', '>= 1'),
  ];
}

proven(`the generated test fails on every weaker set of rules${why}`, { timeout: 600_000 }, async () => {
  const slo = defineSlo(requests);
  const survivors: string[] = [];
  const left = weakened(slo);
  const judge = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { what, groups } = next;
      expect(JSON.stringify(groups), what).not.toBe(JSON.stringify(slo.rules()));
      if ((await verdict(slo, groups)).test === 0) survivors.push(what);
    }
  };
  await Promise.all([judge(), judge()]);
  expect(survivors).toEqual([]);
});
