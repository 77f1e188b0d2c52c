import { dashboardFor, type GrafanaDashboard, runtimeDashboard, sloDashboard } from '@xc/metrics/dashboards';
import { httpAlerts, runtimeAlerts, toRulesYaml } from '@xc/metrics/rules';
import { createInstruments } from './instruments.ts';
import { answered } from './objective.ts';

/** A file for Prometheus or Grafana, whole. */
export interface DeployFile {
  readonly name: string;
  readonly content: string;
}

// #region files
/** Everything that watches the service, from the declarations that the service itself runs on. */
export function deployFiles(): readonly DeployFile[] {
  const packs = { match: 'job="city-guide"', runbook: (alert: string) => `https://example.com/runbooks/${alert}` };
  const rules = [...answered.rules(), httpAlerts(packs), runtimeAlerts(packs)];
  const { metrics } = createInstruments();
  return [
    { name: 'city-guide.rules.yml', content: toRulesYaml(rules) },
    { name: 'city-guide.rules.test.yml', content: answered.promtoolTest('city-guide.rules.yml') },
    drawn('service', dashboardFor(metrics.declarations(), { title: 'City guide' })),
    drawn('objective', sloDashboard([answered])),
    drawn('runtime', runtimeDashboard()),
  ];
}
// #endregion

function drawn(name: string, dashboard: GrafanaDashboard): DeployFile {
  return { name: `${name}.dashboard.json`, content: `${JSON.stringify(dashboard, undefined, 2)}\n` };
}
