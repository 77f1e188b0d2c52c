import type { RegistryLike } from '../prom-client/registry-like.ts';

/** A registry without prom-client, to prove what `attach` and `include` do. */
export interface FakeRegistry extends RegistryLike {
  /** What `registerMetric` was given, by name. */
  readonly metrics: ReadonlyMap<string, object>;
}

/** Creates a registry that keeps metrics by name and refuses a second one of a name, as prom-client does. */
export function fakeRegistry(): FakeRegistry {
  const metrics = new Map<string, { name: string; get(): object }>();
  return {
    metrics,
    registerMetric(metric) {
      const one = metric as { name: string; get(): object };
      if (metrics.has(one.name)) throw new Error(`${one.name} has already been registered`);
      metrics.set(one.name, one);
    },
    removeSingleMetric: (name) => void metrics.delete(name),
    getSingleMetric: (name) => metrics.get(name),
    getMetricsAsJSON: () => Promise.all([...metrics.values()].map((metric) => metric.get())),
  };
}
