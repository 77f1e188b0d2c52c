import { memoryEngine } from '../memory/memory-engine.ts';
import type { AnyJobs, JobTypes } from './job-types.ts';
import type { Queue } from './queue.ts';
import { QueueFront } from './queue-front.ts';
import type { QueueOptions } from './queue-options.ts';
import { queueSettings } from './queue-settings.ts';

/**
 * Opens a queue. Nothing is sent until the first call.
 *
 * @param name - 1 to 100 bytes without `{`, `}`, `:`, white space and control characters.
 * @throws TypeError or RangeError for a name or an option that is wrong.
 * @example
 * ```ts
 * const queue = createQueue<{ 'mail.send': { in: Mail; out: string } }>('main');
 * await queue.add('mail.send', { to: 'ada@example.org' });
 * queue.work({ 'mail.send': async (job) => send(job.data) });
 * ```
 */
export function createQueue<Jobs extends JobTypes = AnyJobs>(name: string, options?: QueueOptions): Queue<Jobs> {
  const settings = queueSettings(name, options);
  const engine = settings.engine ?? memoryEngine({ clock: settings.clock });
  return new QueueFront(settings, engine) as unknown as Queue<Jobs>;
}
