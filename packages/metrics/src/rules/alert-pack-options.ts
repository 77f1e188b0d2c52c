/** Options of every pack of alerts; `T` are its thresholds. */
export interface AlertPackOptions<T> {
  /** Matchers of the series that count, without braces: `job="shop"`. @defaultValue all */
  readonly match?: string;
  /** More labels of every alert. @defaultValue \{\} */
  readonly labels?: Readonly<Record<string, string>>;
  /** More annotations of every alert. @defaultValue \{\} */
  readonly annotations?: Readonly<Record<string, string>>;
  /** The address of the page that says what to do, by the name of the alert: annotation `runbook_url`. */
  readonly runbook?: (alert: string) => string;
  readonly thresholds?: T;
}
