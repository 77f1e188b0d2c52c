import type { Logger, Policy } from '@xc/core';
import { type ConcurrencyLimit, isConcurrencyLimit } from '../limits/concurrency-limit.ts';
import { guardedLimit } from '../limits/guarded-limit.ts';
import {
  duration,
  nonNegativeInteger,
  oneOf,
  orDefault,
  type PolicyOptions,
  policyEnvironment,
  policyOptionNames,
  positiveInteger,
  refuseUnknown,
  shown,
} from '../options.ts';
import { standalone } from '../run/engine.ts';
import { BulkheadFrame, type BulkheadRules } from './bulkhead-frame.ts';
import { bulkheadMetrics } from './bulkhead-metrics.ts';
import { Slots } from './slots.ts';

/** Who waits for a slot, and how long. */
export interface BulkheadOptions extends PolicyOptions {
  /** @defaultValue 0: nobody waits */
  readonly maxQueue?: number;
  /** @defaultValue 1_000 */
  readonly maxWaitMs?: number;
  /**
   * Whose turn it is among those of the highest priority.
   * @defaultValue 'fifo'
   */
  readonly order?: 'fifo' | 'lifo';
  /**
   * Frees the slot of a call that timed out although its task still runs: more than `limit` tasks may then run.
   * @defaultValue false
   */
  readonly releaseOnTimeout?: boolean;
}

/** A policy that bounds how many calls run at a time. */
export interface Bulkhead extends Policy {
  readonly inFlight: number;
  readonly queued: number;
  readonly limit: number;
  /** Refuses new calls and those that wait, and resolves when the last slot is free; rejects when `signal` aborts. */
  drain(signal?: AbortSignal): Promise<void>;
}

/**
 * Lets `limit` calls run at a time; `maxQueue` more wait for a slot, higher `priority` first, the others are refused. A
 * slot is held until the task has settled, also when a timeout has answered the caller long before.
 *
 * @param limit - A number, or one that adapts: `aimdLimit`, `vegasLimit`, `gradient2Limit`.
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function bulkhead(limit: number | ConcurrencyLimit, options: BulkheadOptions = {}): Bulkhead {
  refuseUnknown(options, ['maxQueue', 'maxWaitMs', 'order', 'releaseOnTimeout', ...policyOptionNames]);
  const { clock, logger, meter, name } = policyEnvironment(options, 'bulkhead');
  const metrics = bulkheadMetrics(meter, name);
  const maxQueue = nonNegativeInteger('maxQueue', orDefault(options.maxQueue, 0));
  const order = oneOf('order', orDefault(options.order, 'fifo'), ['fifo', 'lifo']);
  const rules: BulkheadRules = {
    name,
    clock,
    metrics,
    maxWaitMs: duration('maxWaitMs', orDefault(options.maxWaitMs, 1_000)),
    releaseOnTimeout: flag('releaseOnTimeout', orDefault(options.releaseOnTimeout, false)),
    adapts: typeof limit !== 'number',
    slots: new Slots(checkedLimit(limit, logger, name), maxQueue, order, metrics),
  };
  const { slots } = rules;
  return {
    ...standalone(name, {
      kind: 'bulkhead',
      clock,
      before: (next) => ({
        interrupts: next.interrupts,
        enter: (outer, scope, call) => slots.apply(new BulkheadFrame(rules, next, outer, scope, call)),
      }),
    }),
    get inFlight() {
      return slots.inFlight;
    },
    get queued() {
      return slots.queued;
    },
    get limit() {
      return slots.limit.current;
    },
    drain: (signal) => slots.drain(signal),
  };
}

function checkedLimit(limit: number | ConcurrencyLimit, logger: Logger, policy: string): ConcurrencyLimit {
  if (typeof limit === 'number') return { current: positiveInteger('limit', limit), sample() {} };
  if (isConcurrencyLimit(limit)) return guardedLimit(limit, logger, policy);
  throw new TypeError(`limit must be a number or an object with current and sample, got ${shown(limit)}`);
}

function flag(option: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`${option} must be true or false, got ${shown(value)}`);
}
