import type { HistoryEvent } from '../../../src/testing/index.ts';

/** A worker that stood still from this moment on. */
export interface Freeze {
  readonly worker: string;
  readonly t: number;
}

/**
 * The history with starts at the time at which they were decided. A worker can be stopped between its look at a lease and the first
 * line of the handler, as nothing makes one step of the two: it wakes up with a start that the server has given away meanwhile, which
 * is why effects are fenced. Only the first start after a freeze can be such a one, and only if another came in between.
 */
export function decidedStarts(history: readonly HistoryEvent[], freezes: readonly Freeze[]): HistoryEvent[] {
  const decided = history.toSorted((one, other) => one.t - other.t);
  for (const { worker, t } of freezes) {
    const at = decided.findIndex((event) => event.op === 'start' && event.worker === worker && event.t > t);
    const start = decided[at];
    if (start === undefined || !overtaken(decided, at, t)) continue;
    const since = decided.findIndex((event) => event.t >= t);
    decided.splice(at, 1);
    decided.splice(since, 0, { ...start, t });
  }
  return decided;
}

/** Whether the job of a start was started elsewhere, under a higher fence, since then. */
function overtaken(history: readonly HistoryEvent[], at: number, since: number): boolean {
  const { id, fence = 0 } = history[at] as HistoryEvent;
  return history
    .slice(0, at)
    .some(
      (event) => event.op === 'start' && event.id === id && event.t > since && BigInt(event.fence ?? 0) > BigInt(fence),
    );
}
