import { type DualMethodDecorator, methodDecorator } from '@xc/core';
import { text } from '../option-checks.ts';
import { markHandler, refusePrivate } from './handler-mark.ts';

/**
 * Marks a method as the handler of a job type; it is called with the job. Serves TC39 and legacy (`experimentalDecorators`)
 * classes; one method may handle several types. The method itself stays as it is.
 *
 * @param type - 1 to 200 bytes.
 * @throws TypeError or RangeError when `type` is not such a string; TypeError on a private method.
 * @example
 * ```ts
 * class Mailer {
 *   @Handles('mail.send')
 *   async send(job: Job<Mail>) { ... }
 * }
 *
 * queue.work(handlersOf(new Mailer()));
 * ```
 */
export function Handles(type: string): DualMethodDecorator {
  text('type', type);
  return methodDecorator((method, name) => {
    refusePrivate('Handles', name);
    markHandler(method, type);
    return method;
  });
}
