export { dashboard } from './dashboard.ts';
export { dashboardFor } from './dashboard-for.ts';
export type { DashboardSpec, PanelSpec, QuerySpec, RowSpec } from './dashboard-spec.ts';
export type {
  GrafanaDashboard,
  GrafanaDatasource,
  GrafanaPanel,
  GrafanaRow,
  GrafanaTarget,
  GrafanaVariable,
  GridPosition,
} from './grafana-dashboard.ts';
export { httpDashboard } from './http-dashboard.ts';
export type { ReadyDashboardOptions } from './ready-dashboard-options.ts';
export { runtimeDashboard } from './runtime-dashboard.ts';
export { sloDashboard } from './slo-dashboard.ts';
