import type { LogFields, Logger } from '@xc/core';
import type { Declarer } from './declare/declarer.ts';
import { instrumentOf } from './declare/instruments.ts';
import type { MetricsCounter, MetricsGauge } from './metrics-instrument.ts';
import type { Refusals } from './series/environment.ts';
import { type CrowdedMetric, varietyOf } from './series/label-census.ts';

/** What a Metrics says of itself: in series, and in one line of the log for each kind of trouble and metric. */
export class SelfMetrics implements Refusals {
  readonly #logger: Logger;
  /** Metrics and collectors whose trouble has been logged; there are only so many of either. */
  readonly #logged = new Set<string>();
  #series: SelfSeries | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** From now on there are series as well. */
  declare(declarer: Declarer): void {
    const counter = (name: string, help: string, label: string) =>
      instrumentOf<'counter'>(declarer.declare('counter', { name, help, labels: [label] }));
    const gauge = (name: string, help: string) => instrumentOf<'gauge'>(declarer.declare('gauge', { name, help }));
    this.#series = {
      series: gauge('xc_metrics_series', 'Series that are held, those of xc_metrics itself not counted.'),
      overflow: counter('xc_metrics_overflow_total', 'Label sets that had no room in their metric.', 'metric'),
      rejected: counter('xc_metrics_rejected_total', 'Values and exemplars that could not be recorded.', 'metric'),
      failures: counter('xc_metrics_collector_failures_total', 'Collectors that threw, or took too long.', 'collector'),
      duration: gauge('xc_metrics_scrape_duration_seconds', 'How long the last scrape took, its collectors included.'),
      size: gauge('xc_metrics_scrape_size_bytes', 'Size of the last scrape before compression.'),
    };
  }

  rejected(metric: string, value: unknown): void {
    this.#series?.rejected.at(metric).inc();
    if (!this.#isFirst('rejected', metric)) return;
    const got = typeof value === 'number' ? value : typeof value;
    this.#warn({ metric, got }, `${metric} was given something that it cannot record, and has not recorded it`);
  }

  overflowed(crowded: CrowdedMetric): void {
    const { declaration, maxSeries, overflow, series } = crowded;
    const metric = declaration.name;
    this.#series?.overflow.at(metric).inc();
    if (!this.#isFirst('overflow', metric)) return;
    const labels = varietyOf(crowded);
    const most = labels[0];
    const examples = most?.examples.map((example) => JSON.stringify(example)).join(', ');
    this.#warn(
      { metric, maxSeries, overflow, labels },
      `${metric} has no room for more than ${series.length} series; most varied is the label ${most?.label} ` +
        `with ${most?.distinct} values, such as ${examples}`,
    );
  }

  collectorFailed(collector: string, error: unknown): void {
    this.#series?.failures.at(collector).inc();
    if (!this.#isFirst('collector', collector)) return;
    this.#warn({ collector, err: error }, `the collector ${collector} failed, the scrape goes on without it`);
  }

  /** Before a rendering or a snapshot. */
  holds(series: number): void {
    this.#series?.series.at().set(series);
  }

  /** After a rendering. */
  scraped(ms: number, bytes: number): void {
    this.#series?.duration.at().set(ms / 1_000);
    this.#series?.size.at().set(bytes);
  }

  /** Somebody's write or scrape is behind this: a logger that throws must not fail it. */
  #warn(fields: LogFields, message: string): void {
    try {
      this.#logger.warn(fields, message);
    } catch {
      // It is counted all the same.
    }
  }

  #isFirst(kind: string, name: string): boolean {
    const key = `${kind} ${name}`;
    if (this.#logged.has(key)) return false;
    this.#logged.add(key);
    return true;
  }
}

interface SelfSeries {
  readonly series: MetricsGauge<readonly string[]>;
  readonly overflow: MetricsCounter<readonly string[]>;
  readonly rejected: MetricsCounter<readonly string[]>;
  readonly failures: MetricsCounter<readonly string[]>;
  readonly duration: MetricsGauge<readonly string[]>;
  readonly size: MetricsGauge<readonly string[]>;
}
