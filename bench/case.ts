/** One measured figure, beside the figures of others for the same work. */
export interface Case {
  /** Unique in its bench; gates name it. */
  readonly name: string;
  readonly unit: 'ns' | 'us' | 'ms' | 'bytes' | 'ops/s' | 'ratio' | 'count';
  readonly value: number;
  /** The same figure of each rival, by package name, or of a naive floor. */
  readonly peers?: Readonly<Record<string, number>>;
}

/** What `packages/<package>/bench/<name>.bench.ts` exports by default. */
export interface Bench {
  readonly name: string;
  run(): Promise<readonly Case[]>;
}
