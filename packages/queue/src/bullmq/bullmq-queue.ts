import type { AnyJobs, JobTypes } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { BullFront } from './bull-front.ts';
import { bullSettings } from './bull-settings.ts';
import type { BullmqOptions } from './bullmq-options.ts';

/**
 * Our queue over an installed BullMQ, for teams that have queues in production: the same code runs there today and on our own
 * engine tomorrow. What BullMQ does not have is refused with XC_QUEUE_UNSUPPORTED, by name: keys, lanes, limits, unique modes but
 * `drop`, expiry, batches, flows, `once`, fences, watching, cancelling of active jobs, schedules without a slot to come.
 *
 * `counts().totals` counts what is kept, as BullMQ counts nothing else. Who has waited for a job that dies and is not kept is told its
 * message, and the reason `failed` also where it was discarded. `stop` settles within its grace, `abortGraceMs` and `deadlineMs`, and
 * `close` within another `deadlineMs`, whether Redis answers or not: what does not close in time is cut off.
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
  return new BullFront(bullSettings(name, options)) as unknown as Queue<Jobs>;
}
