/** One query of a panel, and how its series are called. */
export interface QuerySpec {
  /** PromQL with `job=~"$job",instance=~"$instance"` in every selector. */
  readonly expr: string;
  /** Text with labels as `{{route}}`. @defaultValue Grafana's own: all labels */
  readonly legend?: string;
}

/** A chart or a figure. */
export interface PanelSpec {
  readonly title: string;
  /** What it shows and when to worry. */
  readonly description: string;
  /** @defaultValue 'timeseries' */
  readonly type?: 'timeseries' | 'stat';
  /** A unit of Grafana: `s`, `bytes`, `percentunit`, `ops`. @defaultValue 'short' */
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  /** Columns of 24. @defaultValue 12 */
  readonly width?: number;
  /** Grid rows. @defaultValue 8 */
  readonly height?: number;
  readonly queries: readonly QuerySpec[];
}

/** Panels under one headline. */
export interface RowSpec {
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

/** What a dashboard shows; where everything stands follows from the order. */
export interface DashboardSpec {
  readonly title: string;
  /** 1 to 40 letters, digits, dashes and underscores. @defaultValue made from the title, always the same */
  readonly uid?: string;
  readonly description?: string;
  /** @defaultValue [] */
  readonly tags?: readonly string[];
  readonly rows: readonly RowSpec[];
}
