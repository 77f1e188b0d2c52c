import {
  type Clock,
  harmlessLogger,
  type Logger,
  type Meter,
  noopLogger,
  noopMeter,
  noopTracer,
  systemClock,
  type Tracer,
} from '@xc/core';
import { defaultKeep } from '../engine/default-policy.ts';
import { duration, plainObject, positiveInteger, refuseUnknown, text, withMethods } from '../option-checks.ts';
import { checkKeep } from '../queue/limit-checks.ts';
import { queueName } from '../queue/queue-name.ts';
import type { JobDefaults } from './bull-options.ts';
import type { BullmqOptions } from './bullmq-options.ts';
import { unsupported } from './unsupported.ts';

/** What a queue of BullMQ goes by: its options, checked, with every default filled in. */
export interface BullSettings {
  readonly name: string;
  readonly bullmq: BullmqOptions['bullmq'];
  /** What BullMQ's own objects are opened with. */
  readonly theirs: { readonly connection: never; readonly prefix?: string };
  readonly deadlineMs: number;
  readonly defaults: JobDefaults;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly tracer: Tracer;
}

const KNOWN = [
  ...['bullmq', 'connection', 'prefix', 'deadlineMs', 'maxAttempts', 'keep', 'timeoutMs'],
  ...['clock', 'logger', 'meter', 'tracer'],
];
const OURS_ALONE = [
  ...['engine', 'lanes', 'defaultLane', 'perKey', 'concurrency', 'rate', 'maxWaiting', 'maxDataBytes'],
  ...['leaseMs', 'maxLostLeases', 'backoff', 'codec', 'random'],
];

/** @throws TypeError or RangeError naming the first option that is wrong; XcError XC_QUEUE_UNSUPPORTED for one of our engines */
export function bullSettings(name: string, options: BullmqOptions): BullSettings {
  queueName(name);
  plainObject('options', options);
  const foreign = OURS_ALONE.find((option) => option in options);
  if (foreign !== undefined) throw unsupported(foreign);
  refuseUnknown(options, KNOWN);
  const { bullmq, connection, prefix, deadlineMs = 5_000, maxAttempts = 5, timeoutMs, keep = {} } = options;
  const { clock = systemClock, logger = noopLogger, meter = noopMeter, tracer = noopTracer } = options;
  withMethods('bullmq', bullmq, 'Queue', 'Worker', 'QueueEvents');
  if (connection === undefined) throw new TypeError('connection must be given, got undefined');
  checkKeep(keep);
  return {
    name,
    bullmq,
    theirs: {
      connection: connection as never,
      ...(prefix === undefined ? {} : { prefix: text('prefix', prefix) }),
    },
    deadlineMs: duration('deadlineMs', deadlineMs, 1),
    defaults: {
      maxAttempts: positiveInteger('maxAttempts', maxAttempts),
      timeoutMs: timeoutMs === undefined ? undefined : duration('timeoutMs', timeoutMs, 1),
      keep: { done: keep.done ?? defaultKeep.done, dead: keep.dead ?? defaultKeep.dead },
    },
    clock: withMethods('clock', clock, 'now', 'monotonic', 'sleep', 'after', 'every'),
    logger: harmlessLogger(withMethods('logger', logger, 'info', 'warn', 'error')),
    meter: withMethods('meter', meter, 'counter', 'gauge', 'histogram'),
    tracer: withMethods('tracer', tracer, 'span', 'inject', 'continue'),
  };
}
