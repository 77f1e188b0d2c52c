import type { AnyJobs } from '../../queue/job-types.ts';
import type { Queue } from '../../queue/queue.ts';
import type { HistoryEvent } from './history-event.ts';
import { HistoryLog } from './history-log.ts';
import { recordedAdds } from './recorded-adds.ts';
import { recordedEnds } from './recorded-ends.ts';
import { RecordedWork } from './recorded-work.ts';

/**
 * Writes down what is seen of a queue: adds and flows and their outcomes, starts with their fences, how jobs settled, cancels,
 * removals, redrives, and workers that stopped. Use the queue that is returned in the place of the other one. Histories of several
 * processes are one when they are merged by `t`.
 *
 * A job of a schedule, and one that follows under a `latest` key, is written down as added at some time before, once it starts. One that `remove` or `drain` takes
 * away ends as `cancelled`; a new job under the id of one that was seen to end is written as its `redrive`. Of a flow's nodes that
 * come after others it is not said that they were acknowledged: their death of those is seen by nobody. Of a job with a delay, and of
 * one that `update` moves, it is said that it keeps no order in its key.
 *
 * @example
 * ```ts
 * const { queue, history } = recordHistory(createQueue('main', { engine }));
 * // ... add, work, break things, wait until all is through ...
 * checkHistory([...history, { t: Date.now(), op: 'end' }]);
 * ```
 */
export function recordHistory(queue: Queue<AnyJobs>): { queue: Queue<AnyJobs>; history: HistoryEvent[] } {
  const log = new HistoryLog();
  const work = new RecordedWork(queue, log);
  const recorded: Partial<Queue<AnyJobs>> = {
    ...recordedAdds(queue, log),
    ...recordedEnds(queue, log),
    work: (handlers, options) => work.work(handlers, options),
  };
  return {
    history: log.events,
    queue: new Proxy(queue, {
      get(target, name) {
        const own = recorded[name as keyof Queue<AnyJobs>];
        if (own !== undefined) return own;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
  };
}
