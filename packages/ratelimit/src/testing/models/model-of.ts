import type { LimitRule } from '../../limits/limit-rule.ts';
import { bucketModel } from './bucket-model.ts';
import { concurrencyModel } from './concurrency-model.ts';
import { gcraModel } from './gcra-model.ts';
import { intervalModel } from './interval-model.ts';
import type { LimitModel } from './limit-model.ts';
import { logModel } from './log-model.ts';
import { slidingModel } from './sliding-model.ts';
import { windowModel } from './window-model.ts';

/**
 * The reference model of the algorithm of a rule, for one key.
 * @param serial - numbers the charges of logs, so that one of a forgotten log is not taken for one of its successor.
 */
export function limitModel(rule: LimitRule, serial: () => number = counter()): LimitModel {
  switch (rule.algorithm) {
    case 'bucket':
      return (rule.refill === 'interval' ? intervalModel() : bucketModel()) as LimitModel;
    case 'sliding':
      return slidingModel() as LimitModel;
    case 'fixed':
    case 'quota':
      return windowModel() as LimitModel;
    case 'log':
      return logModel(serial) as LimitModel;
    case 'concurrency':
      return concurrencyModel() as LimitModel;
    default:
      return gcraModel() as LimitModel;
  }
}

/** 1, 2, 3 and so on. */
export function counter(): () => number {
  let count = 0;
  return () => ++count;
}
