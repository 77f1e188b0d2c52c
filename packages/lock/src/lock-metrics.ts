import { type CounterCell, type GaugeCell, type HistogramCell, isXcError, type Meter } from '@xc/core';

const outcomes = ['ok', 'timeout', 'aborted', 'error'] as const;
const buckets = [0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 30, 120];

/** How a wish for a lock ended. */
export type AcquireOutcome = (typeof outcomes)[number];

/** The cells of locks, bound once. */
export interface LockMetrics {
  readonly acquisitions: Readonly<Record<AcquireOutcome, CounterCell>>;
  readonly waitSeconds: HistogramCell;
  readonly holdSeconds: HistogramCell;
  readonly lost: CounterCell;
  readonly held: GaugeCell;
  readonly waiters: GaugeCell;
}

/** Makes the instruments of locks. No label ever holds a name. */
export function lockMetrics(meter: Meter): LockMetrics {
  const acquisitions = meter.counter({
    name: 'xc_lock_acquisitions_total',
    help: 'Wishes for a lock, by how they ended.',
    labels: ['outcome'],
  });
  const cells = outcomes.map((outcome) => [outcome, acquisitions.at(outcome)] as const);
  const wait = { name: 'xc_lock_wait_duration_seconds', help: 'How long was waited for a lock, got or not.', buckets };
  const hold = { name: 'xc_lock_hold_duration_seconds', help: 'How long leases were held.', buckets };
  return {
    acquisitions: Object.fromEntries(cells) as Record<AcquireOutcome, CounterCell>,
    waitSeconds: meter.histogram(wait).at(),
    holdSeconds: meter.histogram(hold).at(),
    lost: meter.counter({ name: 'xc_lock_lost_total', help: 'Leases that were lost before they were released.' }).at(),
    held: meter.gauge({ name: 'xc_lock_held', help: 'Leases that this node holds.' }).at(),
    waiters: meter.gauge({ name: 'xc_lock_waiters', help: 'Callers of this node that wait for a lock.' }).at(),
  };
}

/** What a rejection means: whoever was not let in by us has given up. */
export function outcomeOf(error: unknown): AcquireOutcome {
  if (isXcError(error, 'XC_LOCK_TIMEOUT')) return 'timeout';
  return isXcError(error) ? 'error' : 'aborted';
}
