import type { Catalogue } from '../declare/catalogue.ts';
import { ownedNames } from '../declare/owned-names.ts';
import type { Family } from '../series/family.ts';
import { type AttachedContext, AttachedMetric } from './attached-metric.ts';

/**
 * Puts every metric of a catalogue into a registry, those that are declared later as well.
 *
 * @throws TypeError when the registry has a name of ours; nothing is attached then.
 */
export function attachTo(catalogue: Catalogue, context: AttachedContext): { detach(): void } {
  const { registry } = context;
  const attached = new Map<string, AttachedMetric>();
  const refuse = (family: Family) => {
    const taken = ownedNames(family.declaration).find((name) => registry.getSingleMetric(name) !== undefined);
    if (taken === undefined) return;
    throw new TypeError(`the registry has a metric ${taken} already, so ours cannot be attached to it`);
  };
  const add = (family: Family) => {
    const metric = new AttachedMetric(family, context);
    registry.registerMetric(metric);
    attached.set(metric.name, metric);
  };
  const families = catalogue.sorted();
  families.forEach(refuse);
  families.forEach(add);
  const stop = catalogue.onNew({ refuse, add });
  return {
    detach() {
      stop();
      for (const [name, metric] of attached) {
        if (registry.getSingleMetric(name) === metric) registry.removeSingleMetric(name);
      }
      attached.clear();
    },
  };
}
