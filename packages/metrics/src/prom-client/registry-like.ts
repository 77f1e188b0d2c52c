/** What is needed of a prom-client 15 registry, or of its successors: by structure, so that no version is imported. */
export interface RegistryLike {
  registerMetric(metric: object): void;
  removeSingleMetric(name: string): void;
  getSingleMetric(name: string): unknown;
  getMetricsAsJSON(): PromiseLike<readonly object[]> | readonly object[];
  /** Which format the registry prints. */
  readonly contentType?: string;
}
