import { type AnyMethod, type DualMethodDecorator, methodDecorator } from '@xc/core';
import { text, withMethods } from '../option-checks.ts';
import type { AddOptions } from '../queue/add-options.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { handlerMark, markHandler, refusePrivate } from './handler-mark.ts';

/**
 * Calls of the method become jobs whose data is its argument, and give the promise of the job's `JobRef`; the body runs, with
 * the data, where `handlersOf` of an instance is worked. Serves TC39 and legacy (`experimentalDecorators`) classes.
 *
 * @param type - 1 to 200 bytes.
 * @param options - Of every `add`.
 * @throws TypeError or RangeError when `queue` has no `add` or `type` is not such a string; TypeError on a private method.
 */
export function Enqueues(queue: Queue<AnyJobs>, type: string, options?: AddOptions): DualMethodDecorator {
  withMethods('queue', queue, 'add');
  text('type', type);
  return methodDecorator(<M extends AnyMethod>(method: M, name: string) => {
    refusePrivate('Enqueues', name);
    const enqueue = (data?: unknown) => queue.add(type, data, options);
    for (const other of handlerMark(method)?.types ?? []) markHandler(enqueue, other, method);
    markHandler(enqueue, type, method);
    return enqueue as unknown as M;
  });
}
