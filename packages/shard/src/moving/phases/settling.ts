import type { SettledRebalancerOptions } from '../job/settled-rebalancer-options.ts';

/** How long a write may take where the adapter does not say, in ms. */
const WRITE_DEADLINE_MS = 10_000;

/**
 * How long it takes until what the topology shows can be relied on, in ms: routers that stop by themselves have a lease, and a
 * write that was begun in time, or that is being brought to the other side, has until its deadline.
 */
export function settlingMs({ adapter, leaseMs }: SettledRebalancerOptions): number {
  const { capture, fencing, writeDeadlineMs = WRITE_DEADLINE_MS } = adapter;
  if (fencing === 'lease') return leaseMs + writeDeadlineMs;
  return capture === 'mirror' ? writeDeadlineMs : 0;
}
