import {
  type Clock,
  type Logger,
  noopLogger,
  noopMeter,
  noopTracer,
  type Policy,
  type Random,
  systemClock,
  systemRandom,
  type Tracer,
} from '@xc/core';
import { checkLimits, checkMs } from '../limits/limit-checks.ts';
import { checkInteger, refuse } from '../limits/refuse.ts';
import type { LimitSet } from '../limits/subject-of.ts';
import { memoryStore, type SyncLimitStore } from '../memory/memory-store.ts';
import type { LimitStore } from '../store/limit-store.ts';
import { CompiledLimit } from './compiled-limit.ts';
import type { DecisionSource } from './decision.ts';
import type { RateLimiterEvents } from './limiter-events.ts';
import { type LimiterMetrics, limiterMetrics } from './limiter-metrics.ts';
import type { DenyCacheOptions, RateLimiterOptions } from './rate-limiter-options.ts';

/** Options with their defaults, checked. */
export interface SettledOptions {
  readonly limits: readonly CompiledLimit[];
  readonly store: LimitStore | SyncLimitStore;
  readonly tag: ((subject: never) => string) | undefined;
  readonly deadlineMs: number;
  readonly guard: Policy | undefined;
  readonly probeMs: number;
  readonly denyCache: DenyCacheOptions | false;
  readonly events: RateLimiterEvents;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: LimiterMetrics;
  readonly logger: Logger;
  readonly tracer: Tracer;
}

const KNOWN = 'limits store tag deadlineMs guard probeMs denyCache events clock random meter logger tracer'.split(' ');

/** @throws TypeError or RangeError that names the option. */
export function settleOptions<Limits extends LimitSet>(options: RateLimiterOptions<Limits>): SettledOptions {
  if (typeof options !== 'object' || options === null) refuse('options', 'an object', options);
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name)) refuse('options', `some of ${KNOWN.join(', ')}`, name);
  }
  const { limits, clock = systemClock, deadlineMs = 50, probeMs = 500, events = {}, meter = noopMeter, tag } = options;
  const { store = memoryStore({ clock }), guard, random = systemRandom } = options;
  const { logger = noopLogger, tracer = noopTracer } = options;
  checkLimits(limits);
  checkMs('deadlineMs', deadlineMs);
  checkMs('probeMs', probeMs);
  if (typeof store?.apply !== 'function') refuse('store', 'a LimitStore', store);
  if (tag !== undefined && typeof tag !== 'function') refuse('tag', 'a function', tag);
  if (guard !== undefined && typeof guard?.run !== 'function') refuse('guard', 'a Policy', guard);
  const denyCache = settleDenyCache(options.denyCache, store.remote);
  const metrics = limiterMetrics(meter);
  const sources: DecisionSource[] = denyCache === false ? ['store'] : ['store', 'deny-cache'];
  const compiled = Object.entries(limits).map(([name, limit]) => new CompiledLimit(name, limit, metrics, sources));
  return {
    limits: compiled,
    store,
    tag: tag as ((subject: never) => string) | undefined,
    deadlineMs,
    guard,
    probeMs,
    denyCache,
    events,
    clock,
    random,
    metrics,
    logger,
    tracer,
  };
}

function settleDenyCache(given: DenyCacheOptions | false | undefined, remote: boolean): DenyCacheOptions | false {
  if (given === false) return false;
  if (given !== undefined && (typeof given !== 'object' || given === null))
    refuse('denyCache', 'an object or false', given);
  const { max = 10_000, maxMs = 1_000 } = given ?? {};
  checkInteger('denyCache.max', max, 1, 1e12);
  checkMs('denyCache.maxMs', maxMs);
  return remote && { max, maxMs };
}
