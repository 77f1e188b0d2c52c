import { readFile } from 'node:fs/promises';
import { toRulesYaml } from '@xc/metrics/rules';
import { eventually, promtool, startPostgres, startPrometheus, withoutPrometheus } from '@xc/test-support';
import { expect, test } from 'vitest';
import { createSchema } from '../src/database/create-schema.ts';
import { openGuide as guarded } from '../src/guides/guarded.ts';
import { deployFiles } from '../src/metrics/deploy-files.ts';
import { allRules } from '../src/metrics/objectives.ts';
import { openService } from './open-service.ts';
import { somePlaces } from './some-places.ts';

const missing = withoutPrometheus();
const why = missing === undefined ? '' : ` (skipped: ${missing})`;
const deploy = new URL('../../../deploy/', import.meta.url);

const MINUTE_MS = 60_000;

test('deploy/ holds what the declarations say', async () => {
  for (const { path, content } of deployFiles())
    expect(await readFile(new URL(path, deploy), 'utf8'), path).toBe(content);
});

test.skipIf(missing !== undefined)(`promtool proves the rules in deploy/${why}`, async () => {
  const { pathname: folder } = new URL('prometheus/', deploy);
  for (const order of [
    ['check', 'config', 'prometheus.yml'],
    ['check', 'rules', 'atlas.rules.yml'],
    ['test', 'rules', 'atlas.rules.test.yml'],
  ]) {
    const said = await promtool(order, { folder });
    expect(said.code, said.output).toBe(0);
  }
});

test.skipIf(missing !== undefined)(
  `a real Prometheus scrapes the service for a minute without a gap, and every query of the dashboards has data${why}`,
  { timeout: 240_000 },
  async () => {
    await using database = await startPostgres();
    await createSchema(database.url, somePlaces);
    await using service = await openService(guarded, database.url);
    await using prometheus = await startPrometheus({
      jobs: { atlas: new URL(service.origin).host },
      rules: toRulesYaml(allRules()),
    });
    const startedAt = performance.now();
    const ask = async (query: string): Promise<readonly { readonly value: readonly [number, string] }[]> => {
      const response = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query })}`);
      const { status, data, error } = (await response.json()) as {
        status: string;
        data?: { result: [] };
        error?: string;
      };
      expect(status, `${query}: ${error}`).toBe('success');
      return data?.result ?? [];
    };
    while (performance.now() - startedAt < MINUTE_MS) {
      await fetch(`${service.origin}/cities/1`);
      await fetch(`${service.origin}/search?q=berl`);
      // Somebody who leaves at once.
      await fetch(`${service.origin}/near?lat=52.5&lon=13.4`, { signal: AbortSignal.timeout(1) }).catch(
        () => undefined,
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const [scrapes] = await ask('count_over_time(up[1m])');
    const [well] = await ask('sum_over_time(up[1m])');
    expect(Number(scrapes?.value[1])).toBeGreaterThanOrEqual(55);
    expect(well?.value[1]).toBe(scrapes?.value[1]);
    expect(await prometheus.log()).not.toMatch(/level=(?:warn|error)/);
    const queries = deployFiles()
      .filter(({ path }) => path.startsWith('grafana/'))
      .flatMap(({ content }) => (JSON.parse(content) as { panels: { targets?: { expr: string }[] }[] }).panels)
      .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const filled = queries.map((expr) =>
      expr.replaceAll('$__rate_interval', '30s').replaceAll(/\$(?:job|instance)/g, '.*'),
    );
    const silent: string[] = [];
    for (const query of filled) {
      await eventually('there is data', async () => (await ask(query)).length > 0, { deadlineMs: 5_000 }).catch(() =>
        silent.push(query),
      );
    }
    expect(silent).toEqual([]);
  },
);
