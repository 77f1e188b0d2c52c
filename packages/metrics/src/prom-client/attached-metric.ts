import type { Family } from '../series/family.ts';
import type { SeriesData } from '../snapshot.ts';
import { snapshotOf } from '../take-snapshot.ts';
import type { ForeignMetric, ForeignValue } from './foreign-metric.ts';
import type { RegistryLike } from './registry-like.ts';

/** What every metric of ours needs to know while it is in a registry. */
export interface AttachedContext {
  readonly registry: RegistryLike;
  readonly constant: Readonly<Record<string, string>>;
  /** Runs the collectors, once for all metrics of one scrape of the registry. */
  prepare(): Promise<void>;
}

/**
 * One of our metrics as a prom-client registry sees it.
 *
 * In its OpenMetrics mode the registry assigns a shorter name to each counter, for good. It may assign here what it likes: a
 * metric of ours goes on being called what it was.
 */
export class AttachedMetric {
  readonly help: string;
  readonly type: string;
  /** How a cluster of prom-client puts several processes together; what is shown for each of them it leaves out. */
  readonly aggregator: string;
  readonly labelNames: readonly string[];
  readonly #family: Family;
  readonly #context: AttachedContext;

  constructor(family: Family, context: AttachedContext) {
    const { help, type, labels, aggregate = 'sum' } = family.declaration;
    this.aggregator = aggregate === 'each' ? 'omit' : aggregate;
    this.help = help;
    this.type = type;
    this.labelNames = [...Object.keys(context.constant), ...labels];
    this.#family = family;
    this.#context = context;
  }

  /** Whose series it shows. */
  get family(): Family {
    return this.#family;
  }

  get name(): string {
    return this.#family.declaration.name;
  }

  set name(_shorter: string) {}

  /** For `getMetricsAsJSON`. */
  async get(): Promise<ForeignMetric & { readonly aggregator: string }> {
    await this.#context.prepare();
    const { name, help, type, aggregator } = this;
    const { series } = snapshotOf(this.#family, this.#context.constant);
    return { name, help, type, aggregator, values: series.flatMap((data) => valuesOf(name, data, this.#family)) };
  }

  /** For `metrics`, which puts `_total` behind the counters of OpenMetrics itself. */
  async getForPromString(): Promise<ForeignMetric> {
    const metric = await this.get();
    const openMetrics = this.#context.registry.contentType?.startsWith('application/openmetrics-text') ?? false;
    if (!openMetrics || this.type !== 'counter') return metric;
    return { ...metric, name: metric.name.replace(/_total$/, '') };
  }

  /** For `resetMetrics`. */
  reset(): void {
    this.#family.remove({});
  }
}

function valuesOf(name: string, data: SeriesData, family: Family): ForeignValue[] {
  const { labels, value, count = 0, sum = 0, buckets = [] } = data;
  if (value !== undefined) return [{ value, labels }];
  const bounds = family.declaration.buckets ?? [];
  return [
    ...buckets.map((cumulative, index) => ({
      metricName: `${name}_bucket`,
      labels: { le: bounds[index] ?? '+Inf', ...labels },
      value: cumulative,
    })),
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
