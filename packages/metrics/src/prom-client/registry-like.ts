/** What is needed of a prom-client 15 registry, or of its successors: by structure, so that no version is imported. */
export interface RegistryLike {
  /** Adds a metric; throws when its name is taken. */
  registerMetric(metric: object): void;
  /** Takes a metric out. */
  removeSingleMetric(name: string): void;
  /** The metric of that name, `undefined` when there is none. */
  getSingleMetric(name: string): unknown;
  /** All metrics with their values, as plain data. */
  getMetricsAsJSON(): PromiseLike<readonly object[]> | readonly object[];
  /** Which format the registry prints. */
  readonly contentType?: string;
}
