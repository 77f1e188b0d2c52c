import type { Logger } from '@xc/core';
import type { PlainFamily } from '../render/plain-section.ts';
import type { Family } from '../series/family.ts';
import { AttachedMetric } from './attached-metric.ts';
import { type ForeignMetric, isForeignMetric, plainFamilyOf } from './foreign-metric.ts';
import type { RegistryLike } from './registry-like.ts';

/** What decides whose metric is shown. */
export interface IncludeContext {
  readonly logger: Logger;
  owns(name: string): boolean;
  isOurs(family: Family): boolean;
}

/** A prom-client registry that is shown in our exposition. */
export class IncludedRegistry {
  readonly #registry: RegistryLike;
  readonly #context: IncludeContext;
  readonly #hidden = new Set<string>();

  constructor(registry: RegistryLike, context: IncludeContext) {
    this.#registry = registry;
    this.#context = context;
  }

  /** What the registry says now, without what is ours or has to give way to it. */
  async read(): Promise<readonly PlainFamily[]> {
    const metrics = await this.#registry.getMetricsAsJSON();
    return metrics
      .filter(isForeignMetric)
      .map((metric) => this.#asRegistered(metric))
      .filter(({ name }) => this.#isShown(name))
      .map(plainFamilyOf);
  }

  /** An OpenMetrics scrape of prom-client cuts the names of its counters for good; they are still registered under the old ones. */
  #asRegistered(metric: ForeignMetric): ForeignMetric {
    const name = `${metric.name}_total`;
    const isCut = metric.type === 'counter' && this.#registry.getSingleMetric(metric.name) === undefined;
    return isCut && this.#registry.getSingleMetric(name) !== undefined ? { ...metric, name } : metric;
  }

  #isShown(name: string): boolean {
    // Attached to the registry that is included here, our own would come back to us.
    const metric = this.#registry.getSingleMetric(name);
    if (metric instanceof AttachedMetric && this.#context.isOurs(metric.family)) return false;
    if (!this.#context.owns(name)) return true;
    if (!this.#hidden.has(name)) {
      this.#hidden.add(name);
      this.#context.logger.warn(
        { metric: name },
        `${name} of the included registry is hidden by ours of the same name`,
      );
    }
    return false;
  }
}
