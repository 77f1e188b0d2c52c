import { isXcError } from '@xc/core';
import type { DeadReason } from '../job/job-error.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';

/** What a form of the page does to a queue; resolves to the number the page shows afterwards. */
export type Write = (queue: Queue<AnyJobs>, form: URLSearchParams, signal: AbortSignal) => Promise<number>;

/** By the last part of the path a form is sent to. */
export const dashboardWrites: Readonly<Record<string, Write>> = {
  async pause(queue, _form, signal) {
    await queue.pause({ signal });
    return 1;
  },
  async resume(queue, _form, signal) {
    await queue.resume({ signal });
    return 1;
  },
  async redrive(queue, form, signal) {
    const by = 'dashboard';
    return (await queue.dead.redrive(whichDead(form), { by, signal })).redriven;
  },
  drop: (queue, form) => queue.dead.drop(whichDead(form)),
  async cancel(queue, form, signal) {
    const id = form.get('id');
    if (id === null) throw new RangeError('id must be given');
    const verdict = await queue.cancel(id, { reason: 'dashboard', signal });
    return verdict === 'cancelled' || verdict === 'requested' ? 1 : 0;
  },
};

/** What a failure means to the browser: the moment's fault, a conflict, or else its own: a cursor or reason somebody made up. */
export function statusOf(error: unknown): number {
  if (isXcError(error)) return error.retryable ? 503 : 409;
  return 400;
}

function whichDead(form: URLSearchParams): { readonly ids: readonly string[] } | { readonly reason: DeadReason } {
  const ids = form.getAll('id');
  if (ids.length > 0) return { ids };
  const reason = form.get('reason');
  if (reason === null) throw new RangeError('id or reason must be given');
  return { reason: reason as DeadReason };
}
