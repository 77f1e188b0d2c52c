import type { Meter } from '@xc/core';
import type { Declarer } from './declare/declarer.ts';
import { InstrumentShelf } from './declare/instruments.ts';
import { checkFixedLabels } from './declare/names.ts';
import type { ScopeOptions } from './metrics.ts';

/**
 * A Meter that puts a prefix and fixed labels before everything declared through it.
 *
 * @throws TypeError when a label is none of Prometheus.
 */
export function createScope(declarer: Declarer, { prefix = '', labels }: ScopeOptions): Meter {
  const fixed = checkFixedLabels(labels);
  const shelf = new InstrumentShelf(declarer, { prefix, fixedLabels: Object.keys(fixed) }, Object.values(fixed));
  return {
    counter: (spec) => shelf.instrument('counter', spec),
    gauge: (spec) => shelf.instrument('gauge', spec),
    histogram: (spec) => shelf.instrument('histogram', spec),
  };
}
