import { harmlessLogger, harmlessMeter, noopLogger, noopMeter, noopTracer, systemClock, systemRandom } from '@xc/core';
import { harmlessHeat } from '../heat/harmless-heat.ts';
import { checkInteger, shown } from '../keys/shown.ts';
import { checkEnvironment } from '../telemetry/check-environment.ts';
import type { RouterOptions } from './router-options.ts';

type Defaulted =
  | 'refreshMs'
  | 'bufferMs'
  | 'bufferMax'
  | 'healFenceMs'
  | 'leaseMs'
  | 'concurrency'
  | 'perShardTimeoutMs'
  | 'allowScatter'
  | 'clock'
  | 'random'
  | 'meter'
  | 'logger'
  | 'tracer';

/** Options with all defaults filled in. */
export type SettledRouterOptions<C> = RouterOptions<C> & Required<Pick<RouterOptions<C>, Defaulted>>;

/** Timers of the platform know no longer wait. */
const LONGEST_MS = 2 ** 31 - 1;

const known: readonly string[] = [
  'partitioner',
  'store',
  'connect',
  'isFenced',
  'refreshMs',
  'bufferMs',
  'bufferMax',
  'healFenceMs',
  'leaseMs',
  'concurrency',
  'perShardTimeoutMs',
  'allowScatter',
  'replicas',
  'heat',
  'mirror',
  'clock',
  'random',
  'meter',
  'logger',
  'tracer',
];

/**
 * Fills in and checks.
 * @throws TypeError for what is missing, of the wrong kind or unknown; RangeError for a number out of range.
 */
export function settledRouterOptions<C>(options: RouterOptions<C>): SettledRouterOptions<C> {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`options must be an object, got ${shown(options)}`);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`options must be of ${known.join(', ')}, got ${shown(name)}`);
  }
  const { partitioner, store, connect, isFenced } = options;
  if (typeof partitioner?.of !== 'function') throw new TypeError(`partitioner must be one, got ${shown(partitioner)}`);
  if (typeof store?.load !== 'function') throw new TypeError(`store must be a topology store, got ${shown(store)}`);
  if (typeof connect !== 'function') throw new TypeError(`connect must be a function, got ${shown(connect)}`);
  if (isFenced !== undefined && typeof isFenced !== 'function') {
    throw new TypeError(`isFenced must be a function, got ${shown(isFenced)}`);
  }
  const { refreshMs = 5_000, bufferMs = 10_000, bufferMax = 1_000, healFenceMs = 8_000 } = options;
  const { concurrency = 8, perShardTimeoutMs = 10_000, allowScatter = false } = options;
  const { leaseMs = 5_000, mirror } = options;
  if (mirror !== undefined && typeof mirror?.apply !== 'function') {
    throw new TypeError(`mirror must be an adapter, got ${shown(mirror)}`);
  }
  checkView(options.replicas);
  if (options.heat !== undefined && typeof options.heat?.record !== 'function') {
    throw new TypeError(`heat must be one of createHeat, got ${shown(options.heat)}`);
  }
  if (typeof allowScatter !== 'boolean') {
    throw new TypeError(`allowScatter must be true or false, got ${shown(allowScatter)}`);
  }
  checkEnvironment(options);
  checkInteger('refreshMs', refreshMs, 1, LONGEST_MS);
  checkInteger('bufferMs', bufferMs, 0, LONGEST_MS);
  checkInteger('bufferMax', bufferMax, 0, LONGEST_MS);
  checkInteger('healFenceMs', healFenceMs, 1, LONGEST_MS);
  checkInteger('leaseMs', leaseMs, 1, LONGEST_MS);
  checkFanOut({ concurrency, perShardTimeoutMs });
  const {
    clock = systemClock,
    random = systemRandom,
    meter = noopMeter,
    logger = noopLogger,
    tracer = noopTracer,
  } = options;
  const harmless = harmlessLogger(logger);
  return {
    ...options,
    ...{ refreshMs, bufferMs, bufferMax, healFenceMs, leaseMs, concurrency, perShardTimeoutMs, allowScatter },
    ...{ clock, random, meter: harmlessMeter(meter, harmless), logger: harmless, tracer },
    ...(options.heat === undefined ? {} : { heat: harmlessHeat(options.heat, harmless) }),
  };
}

/** Who asks for less needs less of it. */
function checkView(view: unknown): void {
  const able = view as Readonly<Record<string, unknown>> | null | undefined;
  const methods = ['lagMs', 'reached', 'position', 'compare'];
  if (view === undefined || methods.some((method) => typeof able?.[method] === 'function')) return;
  throw new TypeError(`replicas must be a view of replicas, got ${shown(view)}`);
}

/**
 * How several shards are asked: by the router, and by one call that says it otherwise.
 * @throws RangeError for a number out of range.
 */
export function checkFanOut(told: { readonly concurrency?: number; readonly perShardTimeoutMs?: number }): void {
  const { concurrency, perShardTimeoutMs } = told;
  if (concurrency !== undefined) checkInteger('concurrency', concurrency, 1, 65_536);
  if (perShardTimeoutMs !== undefined) checkInteger('perShardTimeoutMs', perShardTimeoutMs, 1, LONGEST_MS);
}
