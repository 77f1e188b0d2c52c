import type { DataAdapter } from '../data-adapter.ts';
import type { SettledRebalancerOptions } from '../job/settled-rebalancer-options.ts';

/** How long a write may take where the adapter does not say, in ms. */
const WRITE_DEADLINE_MS = 2_000;

/**
 * How long it takes until what the topology shows can be relied on, in ms. Where the data refuses old terms by itself, no time at
 * all; routers that stop by themselves have a lease, and a write that was begun in time has until its deadline.
 */
export function settlingMs({ adapter, leaseMs }: SettledRebalancerOptions): number {
  return adapter.fencing === 'lease' ? leaseMs + writeDeadlineMs(adapter) : 0;
}

/** How long a write may be under way, in ms. */
export function writeDeadlineMs(adapter: DataAdapter): number {
  return adapter.writeDeadlineMs ?? WRITE_DEADLINE_MS;
}
