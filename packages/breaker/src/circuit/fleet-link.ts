import type { Announcer } from '../events/announcer.ts';

/** What ties a breaker to the same breaker in other processes. */
export interface FleetLink {
  /** Asked when the wait is over: how many of `wanted` probes this process may send; 0 stays open. */
  takeProbes(wanted: number): number;
}

/** How many probes may be sent: what the fleet leases, or all when there is no fleet or it cannot say. */
export function leasedProbes(fleet: FleetLink | undefined, wanted: number, announcer: Announcer): number {
  if (fleet === undefined) return wanted;
  try {
    const leased = fleet.takeProbes(wanted);
    if (leased >= 0) return Math.min(wanted, Math.floor(leased));
    announcer.complain('takeProbes gave no number of probes: probing as if alone', new RangeError(`gave ${leased}`));
  } catch (error) {
    announcer.complain('takeProbes threw: probing as if alone', error);
  }
  return wanted;
}
