import type { Meter } from '@xc/core';
import type { Declaration } from './declaration.ts';
import type { Exposition, ScrapeRequest } from './exposition.ts';
import type { LabelNames } from './label-value.ts';
import type { LintProblem } from './lint.ts';
import type { CounterSpec, GaugeSpec, HistogramSpec } from './metric-spec.ts';
import type { MetricsCounter, MetricsGauge, MetricsHistogram } from './metrics-instrument.ts';
import type { RegistryLike } from './prom-client/registry-like.ts';
import type { Snapshot } from './snapshot.ts';

/** Options of `Metrics.scope`. */
export interface ScopeOptions {
  /** Put after the prefix of the Metrics and before every name. */
  readonly prefix?: string;
  /** Fixed labels of everything that is declared through the scope. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What was given to `Metrics.collect`. */
export interface CollectorHandle {
  /** Runs it no more; a second call does nothing. */
  cancel(): void;
}

/** A prom-client registry that is connected with a Metrics. */
export interface RegistryLink {
  /** Undoes it; a second call does nothing. */
  detach(): void;
}

/** A core Meter whose instruments can also be listed, capped, removed and scraped. */
export interface Metrics extends Meter {
  /**
   * The counter of that name. The same declaration gives the same instrument.
   *
   * @throws TypeError when the name or a label is not one of Prometheus, or the name is taken by another declaration.
   */
  counter<const L extends LabelNames = readonly []>(spec: CounterSpec<L>): MetricsCounter<L>;
  /** The gauge of that name; as `counter`. */
  gauge<const L extends LabelNames = readonly []>(spec: GaugeSpec<L>): MetricsGauge<L>;
  /**
   * The histogram of that name; as `counter`.
   *
   * @throws RangeError when the buckets do not increase, are not finite, or are more than 160.
   */
  histogram<const L extends LabelNames = readonly []>(spec: HistogramSpec<L>): MetricsHistogram<L>;
  /** A Meter that puts `prefix` and fixed labels before everything declared through it. */
  scope(options: ScopeOptions): Meter;
  /** Runs `fn` before each scrape, to read a pool size or a queue depth. The signal aborts when the scrape no longer waits. */
  collect(name: string, fn: (signal: AbortSignal) => void | PromiseLike<void>): CollectorHandle;
  /**
   * Renders everything, for a web framework or a file. Concurrent calls for the same format share one rendering.
   *
   * @throws the reason of `signal`, at once.
   */
  scrape(request?: ScrapeRequest): Promise<Exposition>;
  /** Everything as plain data: for JSON endpoints, tests, frames between workers. Synchronous, runs no collector. */
  snapshot(): Snapshot;
  /** What has been declared, by name. */
  declarations(): readonly Declaration[];
  /** What is against the naming rules of Prometheus; empty when nothing is. */
  lint(): readonly LintProblem[];
  /**
   * Puts our metrics into a prom-client registry, also those that are declared later.
   *
   * @throws TypeError when the registry has a metric of one of our names; nothing is attached then.
   */
  attach(registry: RegistryLike): RegistryLink;
  /** Puts a prom-client registry's metrics into our exposition. On a name clash ours wins, and it is logged once. */
  include(registry: RegistryLike): RegistryLink;
}
