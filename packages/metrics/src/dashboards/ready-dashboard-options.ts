/** Options of the dashboards that are ready to use. */
export interface ReadyDashboardOptions {
  readonly title?: string;
  /** 1 to 40 letters, digits, dashes and underscores. @defaultValue made from the title */
  readonly uid?: string;
  /** More matchers of every series, without braces: `env="prod"`. @defaultValue all */
  readonly match?: string;
}
