import {
  type Clock,
  harmlessLogger,
  harmlessMeter,
  type Logger,
  type Meter,
  noopLogger,
  noopMeter,
  noopTracer,
  type Random,
  systemClock,
  systemRandom,
  type Tracer,
} from '@xc/core';
import type { CacheOptions } from '../api/cache-options.ts';
import type { L1Options } from '../api/l1-options.ts';
import type { Coherence } from '../coherence/coherence.ts';
import { describe } from '../keys/check-key.ts';
import type { Tier } from '../tier/tier.ts';
import { checkMethod } from './check-method.ts';
import { checkNames, checkOneOf } from './check-names.ts';
import { checkFinite, checkInteger, checkPositive } from './check-number.ts';
import { checkFunction, type EntryPlan, planDefaults } from './entry-plan.ts';

/** Options of a cache, checked, every default in its place. */
export interface CachePlan {
  readonly name: string;
  readonly l1: L1Options | false;
  readonly l2: Tier | undefined;
  readonly coherence: Coherence | undefined;
  readonly defaults: EntryPlan;
  readonly values: 'freeze' | 'clone' | 'share';
  readonly maxBackgroundLoads: number;
  readonly maxValueBytes: number;
  readonly maxLiveGroups: number;
  readonly maxRecoveryKeys: number;
  readonly retryMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: Meter;
  readonly logger: Logger;
  readonly tracer: Tracer;
}

const NAMES = [
  'name',
  'l1',
  'l2',
  'coherence',
  'defaults',
  'values',
  'maxBackgroundLoads',
  'maxValueBytes',
  'maxLiveGroups',
  'recovery',
  'clock',
  'random',
  'meter',
  'logger',
  'tracer',
];

/** @throws TypeError or RangeError, naming the option. */
export function planCache(options: CacheOptions): CachePlan {
  checkNames('options', options, NAMES);
  const { name = 'cache', l1 = {}, values = 'freeze', recovery = {} } = options;
  const { maxBackgroundLoads = 64, maxValueBytes = 8_388_608, maxLiveGroups = 10_000 } = options;
  checkName('name', name);
  if (l1 !== false) checkL1(l1);
  checkMethod('l2', options.l2, 'open');
  checkMethod('coherence', options.coherence, 'open');
  checkOneOf('values', values, ['freeze', 'clone', 'share']);
  checkInteger('maxBackgroundLoads', maxBackgroundLoads, 0);
  checkInteger('maxValueBytes', maxValueBytes, 1);
  checkInteger('maxLiveGroups', maxLiveGroups, 1);
  checkNames('recovery', recovery, ['maxKeys', 'retryMs']);
  const { maxKeys: maxRecoveryKeys = 10_000, retryMs = 1_000 } = recovery;
  checkInteger('maxKeys', maxRecoveryKeys, 1);
  checkFinite('retryMs', retryMs);
  checkPositive('retryMs', retryMs);
  checkMethod('clock', options.clock, 'monotonic');
  checkMethod('random', options.random, 'next');
  checkMethod('meter', options.meter, 'counter');
  checkMethod('logger', options.logger, 'warn');
  checkMethod('tracer', options.tracer, 'span');
  const logger = harmlessLogger(options.logger ?? noopLogger);
  return {
    name,
    l1,
    l2: options.l2,
    coherence: options.coherence,
    defaults: planDefaults(options.defaults, undefined, [], 'defaults'),
    values,
    maxBackgroundLoads,
    maxValueBytes,
    maxLiveGroups,
    maxRecoveryKeys,
    retryMs,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    meter: harmlessMeter(options.meter ?? noopMeter, logger),
    logger,
    tracer: options.tracer ?? noopTracer,
  };
}

/** @throws TypeError unless it is a name of 1 to 64 of `A-Z a-z 0-9 . _ -`. */
export function checkName(what: string, name: unknown): asserts name is string {
  if (typeof name === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(name)) return;
  throw new TypeError(`${what} must be 1 to 64 of A-Z a-z 0-9 . _ -, got ${describe(name)}`);
}

function checkL1(l1: L1Options): void {
  checkNames('l1', l1, ['maxItems', 'maxBytes', 'policy', 'weigh']);
  const { maxItems, maxBytes, policy, weigh } = l1;
  if (maxItems !== undefined) checkInteger('maxItems', maxItems, 1);
  if (maxBytes !== undefined) checkInteger('maxBytes', maxBytes, 1);
  if (policy !== undefined) checkOneOf('policy', policy, ['adaptive', 's3fifo', 'lru']);
  if (weigh !== undefined) checkFunction('weigh', weigh);
}
