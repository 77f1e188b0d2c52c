/** A rule that fires: an expression that gives the series in trouble. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** How long the expression must hold, as Prometheus writes it (`10m`). */
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A rule that keeps the value of an expression as a series of its own. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Rules that Prometheus evaluates together, in order. */
export interface RuleGroup {
  readonly name: string;
  /** How often, as Prometheus writes it. @defaultValue the server's own `evaluation_interval` */
  readonly interval?: string;
  readonly rules: readonly (AlertRule | RecordingRule)[];
}
