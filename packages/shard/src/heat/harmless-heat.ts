import type { Logger } from '@xc/core';
import type { Heat } from './heat.ts';

/** A heat whose failures reach nobody but the log, and that once: what is only counted never decides about a call. */
export function harmlessHeat(heat: Heat, logger: Logger): Heat {
  let isTold = false;
  const tried = <R>(count: () => R, otherwise: R): R => {
    try {
      return count();
    } catch (error) {
      if (!isTold) logger.warn({ err: error }, 'heat could not be counted');
      isTold = true;
      return otherwise;
    }
  };
  return {
    record: (key, partition, cost) => tried(() => heat.record(key, partition, cost), undefined),
    topKeys: (count) => heat.topKeys(count),
    topPartitions: (count) => heat.topPartitions(count),
    costs: () => heat.costs(),
    skew: (owners) => tried(() => heat.skew(owners), { maxOverMean: 0, gini: 0, hottest: '' }),
  };
}
