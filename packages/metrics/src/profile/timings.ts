/** One name and its time. */
export interface BottleneckRow {
  readonly name: string;
  readonly calls: number;
  /** Calls that threw or rejected; their time counts too. */
  readonly errors: number;
  readonly totalMs: number;
  /** Without the time of what was timed inside. */
  readonly selfMs: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Of the self time of all, 0 to 1. */
  readonly share: number;
}

/** Where the time went, by self time, most first. */
export interface BottleneckReport {
  readonly rows: readonly BottleneckRow[];
  /** A table for a person. */
  toMarkdown(): string;
}

/** Named stretches of time that know what lies inside what. */
export interface Timings {
  /** Runs `fn` under a name, until it settles; its result or error is passed on. What is timed inside lies inside. */
  time<T>(name: string, fn: () => T): T;
  /** Begins a stretch that the returned function ends; ending twice counts once. Nothing lies inside it. */
  start(name: string): () => void;
  /** Quantiles are within 2 %. */
  report(): BottleneckReport;
  /** Forgets everything; what runs now is not counted. */
  reset(): void;
}
