import { plainObject, refuseUnknown, withMethods } from '../option-checks.ts';
import type { AnyJobs, JobTypes } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { BullFront } from './bull-front.ts';
import type { BullmqOptions } from './bullmq-options.ts';
import { unsupported } from './unsupported.ts';

const KNOWN = [
  'bullmq',
  'connection',
  'prefix',
  'deadlineMs',
  'maxAttempts',
  'keep',
  'timeoutMs',
  'clock',
  'logger',
  'meter',
  'tracer',
];
const OURS_ALONE = [
  'lanes',
  'defaultLane',
  'perKey',
  'concurrency',
  'rate',
  'maxWaiting',
  'leaseMs',
  'maxLostLeases',
  'backoff',
  'codec',
  'engine',
];

/**
 * Our queue over an installed BullMQ, for teams that have queues in production: the same code runs there today and on our own
 * engine tomorrow. What BullMQ does not have is refused with XC_QUEUE_UNSUPPORTED, by name: keys, lanes, limits, unique modes but
 * `drop`, expiry, batches, flows, `once`, fences, watching, cancelling of active jobs.
 *
 * @throws TypeError and RangeError for options that cannot be; XcError XC_QUEUE_UNSUPPORTED for options of our engines.
 *
 * @example
 * ```ts
 * import * as bullmq from 'bullmq';
 * const queue = bullmqQueue('mails', { bullmq, connection: { host: '127.0.0.1', port: 6379 } });
 * ```
 */
export function bullmqQueue<Jobs extends JobTypes = AnyJobs>(name: string, options: BullmqOptions): Queue<Jobs> {
  plainObject('options', options);
  const foreign = OURS_ALONE.find((option) => option in options);
  if (foreign !== undefined) throw unsupported(foreign);
  refuseUnknown(options, KNOWN);
  withMethods('bullmq', options.bullmq, 'Queue', 'Worker', 'QueueEvents');
  if (options.connection === undefined) throw new TypeError('connection must be given, got undefined');
  return new BullFront(name, options) as unknown as Queue<Jobs>;
}
