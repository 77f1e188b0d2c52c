/** Every type of the two formats; text 0.0.4 has `untyped` where OpenMetrics has `unknown`. */
export type ParsedType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'summary'
  | 'untyped'
  | 'unknown'
  | 'info'
  | 'stateset'
  | 'gaugehistogram';

/** One metric family as it stood in an exposition. */
export interface ParsedFamily {
  /** As `# TYPE` names it; of samples without metadata, their name. */
  readonly name: string;
  readonly type: ParsedType;
  /** Unescaped; `undefined` when there was none. */
  readonly help?: string;
  readonly unit?: string;
  /** In their order. */
  readonly samples: readonly ParsedSample[];
}

/** One line of values. */
export interface ParsedSample {
  /** With `_total`, `_bucket` and the like. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds in OpenMetrics, milliseconds in text 0.0.4. */
  readonly timestamp?: number;
  readonly exemplar?: ParsedExemplar;
}

/** What stands behind `#` in a sample of OpenMetrics. */
export interface ParsedExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timestamp?: number;
}
