import {
  type Backoff,
  type Clock,
  type Codec,
  exponentialBackoff,
  harmlessLogger,
  jsonCodec,
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
import type { QueueEngine } from '../engine/queue-engine.ts';
import type { QueuePolicy } from '../engine/queue-policy.ts';
import { defaultLane, type LaneOrder, laneOrder } from '../lanes/lane-order.ts';
import { duration, integer, positiveInteger, refuseUnknown, withMethods } from '../option-checks.ts';
import { calmRandom } from './calm-random.ts';
import { checkKeep, checkPerKey, checkRate } from './limit-checks.ts';
import { queueName } from './queue-name.ts';
import type { QueueOptions } from './queue-options.ts';

/** What a queue goes by: its options, checked, with every default filled in. */
export interface QueueSettings {
  readonly name: string;
  readonly engine: QueueEngine | undefined;
  readonly policy: QueuePolicy;
  readonly lanes: LaneOrder;
  readonly defaultLane: string;
  readonly maxAttempts: number;
  readonly backoff: Backoff;
  readonly timeoutMs: number | undefined;
  readonly leaseMs: number;
  readonly maxDataBytes: number;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly tracer: Tracer;
}

const known = [
  ...[
    'engine',
    'lanes',
    'defaultLane',
    'maxAttempts',
    'backoff',
    'maxLostLeases',
    'timeoutMs',
    'leaseMs',
    'keep',
    'perKey',
  ],
  ...['concurrency', 'rate', 'maxWaiting', 'maxDataBytes', 'codec', 'clock', 'random', 'logger', 'meter', 'tracer'],
];

/** @throws TypeError or RangeError naming the first option that is wrong. */
export function queueSettings(name: string, options: QueueOptions = {}): QueueSettings {
  queueName(name);
  refuseUnknown(options, known);
  const lanes = laneOrder(options.lanes);
  const { engine, maxAttempts = 5, timeoutMs, leaseMs = 15_000, maxDataBytes = 1_048_576 } = options;
  const { backoff = exponentialBackoff({ baseMs: 1_000, capMs: 300_000, jitter: 'full' }), codec = jsonCodec } =
    options;
  return {
    name,
    engine: engine === undefined ? undefined : withMethods('engine', engine, 'open'),
    policy: policyOf(options, lanes),
    lanes,
    defaultLane: defaultLane(lanes, options.defaultLane),
    maxAttempts: positiveInteger('maxAttempts', maxAttempts),
    backoff: withMethods('backoff', backoff, 'delayMs'),
    timeoutMs: timeoutMs === undefined ? undefined : duration('timeoutMs', timeoutMs, 1),
    leaseMs: integer('leaseMs', leaseMs, 500, 3_600_000),
    maxDataBytes: positiveInteger('maxDataBytes', maxDataBytes),
    codec: withMethods('codec', codec, 'encode', 'decode'),
    ...environment(name, options),
  };
}

function policyOf(options: QueueOptions, { names }: LaneOrder): QueuePolicy {
  const { maxLostLeases = 3, maxWaiting, keep, perKey, concurrency, rate } = options;
  return {
    lanes: names,
    maxLostLeases: positiveInteger('maxLostLeases', maxLostLeases),
    maxWaiting: maxWaiting === undefined ? undefined : positiveInteger('maxWaiting', maxWaiting),
    keep: keep === undefined ? undefined : checkKeep(keep),
    perKey: perKey === undefined ? undefined : checkPerKey(perKey),
    concurrency: concurrency === undefined ? undefined : positiveInteger('concurrency', concurrency),
    rate: rate === undefined ? undefined : checkRate('rate', rate),
  };
}

function environment(
  name: string,
  options: QueueOptions,
): Pick<QueueSettings, 'clock' | 'random' | 'logger' | 'meter' | 'tracer'> {
  const { clock = systemClock, random = systemRandom, logger = noopLogger, meter = noopMeter } = options;
  const { tracer = noopTracer } = options;
  const harmless = harmlessLogger(withMethods('logger', logger, 'info', 'warn', 'error'));
  return {
    clock: withMethods('clock', clock, 'now', 'monotonic', 'sleep', 'after', 'every'),
    random: calmRandom(withMethods('random', random, 'next'), harmless, name),
    logger: harmless,
    meter: withMethods('meter', meter, 'counter', 'gauge', 'histogram'),
    tracer: withMethods('tracer', tracer, 'span', 'inject', 'continue'),
  };
}
