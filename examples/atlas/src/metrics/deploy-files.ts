import { httpDashboard, runtimeDashboard, sloDashboard } from '@xc/metrics/dashboards';
import { toRulesYaml } from '@xc/metrics/rules';
import { allRules, answered } from './objectives.ts';

/** A file below `deploy/`, whole. */
export interface DeployFile {
  readonly path: string;
  readonly content: string;
}

const config = `# Written by the demo, act watch: change examples/atlas/src/metrics instead.
global:
  scrape_interval: 15s
  evaluation_interval: 15s
rule_files:
  - atlas.rules.yml
scrape_configs:
  - job_name: atlas
    static_configs:
      - targets: ["localhost:3000"]
`;

/** What Prometheus and Grafana need to watch the guide, from the declarations that the guide itself uses. */
export function deployFiles(): readonly DeployFile[] {
  const dashboards = [httpDashboard(), runtimeDashboard(), sloDashboard([answered])];
  return [
    { path: 'prometheus/prometheus.yml', content: config },
    { path: 'prometheus/atlas.rules.yml', content: toRulesYaml(allRules()) },
    { path: 'prometheus/atlas.rules.test.yml', content: answered.promtoolTest('atlas.rules.yml') },
    ...dashboards.map((dashboard) => ({
      path: `grafana/${dashboard.title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.json`,
      content: `${JSON.stringify(dashboard, undefined, 2)}\n`,
    })),
  ];
}
