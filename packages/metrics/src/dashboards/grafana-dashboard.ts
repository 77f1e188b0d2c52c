/** Where a panel stands in Grafana's grid of 24 columns. */
export interface GridPosition {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Which of Grafana's data sources answers. */
export interface GrafanaDatasource {
  readonly type: 'prometheus';
  readonly uid: string;
}

/** One query of a panel. */
export interface GrafanaTarget {
  readonly refId: string;
  readonly datasource: GrafanaDatasource;
  readonly expr: string;
  readonly legendFormat: string;
  readonly range: true;
}

/** A headline over the panels that follow. */
export interface GrafanaRow {
  readonly id: number;
  readonly type: 'row';
  readonly title: string;
  readonly collapsed: false;
  readonly gridPos: GridPosition;
  readonly panels: readonly [];
}

/** A chart or a figure. */
export interface GrafanaPanel {
  readonly id: number;
  readonly type: 'timeseries' | 'stat';
  readonly title: string;
  readonly description: string;
  readonly datasource: GrafanaDatasource;
  readonly gridPos: GridPosition;
  readonly fieldConfig: {
    readonly defaults: { readonly unit: string; readonly min?: number; readonly max?: number };
    readonly overrides: readonly [];
  };
  readonly options: Readonly<Record<string, unknown>>;
  readonly targets: readonly GrafanaTarget[];
}

/** One of the choices at the top of a dashboard. */
export type GrafanaVariable = { readonly name: string; readonly type: 'datasource' | 'query' } & Readonly<
  Record<string, unknown>
>;

/** What Grafana imports: plain JSON, dashboard schema 39. */
export interface GrafanaDashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly schemaVersion: 39;
  readonly version: 1;
  readonly editable: false;
  readonly refresh: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly annotations: { readonly list: readonly [] };
  readonly templating: { readonly list: readonly GrafanaVariable[] };
  readonly panels: readonly (GrafanaRow | GrafanaPanel)[];
}
