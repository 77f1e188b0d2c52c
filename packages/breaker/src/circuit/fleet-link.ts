import type { Announcer } from '../events/announcer.ts';
import { shown } from '../options.ts';
import { hearOut } from '../run/hook.ts';

/** What ties a breaker to the same breaker in other processes. */
export interface FleetLink {
  /** Asked when the wait is over: how many of `wanted` probes this process may send; 0 stays open, and so does what is no count. */
  takeProbes(wanted: number): number;
}

/**
 * How many probes may be sent: what the fleet leases, or all when there is no fleet or it cannot be asked. An answer that
 * is no count leases none: more probes than the fleet allows would be worse than a breaker that stays open a while.
 */
export function leasedProbes(fleet: FleetLink | undefined, wanted: number, announcer: Announcer): number {
  if (fleet === undefined) return wanted;
  try {
    const leased: unknown = fleet.takeProbes(wanted);
    if (Number.isFinite(leased) && (leased as number) >= 0) return Math.min(wanted, Math.floor(leased as number));
    announcer.complain('takeProbes gave no number of probes: sending none', new RangeError(`gave ${shown(leased)}`));
    hearOut(leased, () => {});
    return 0;
  } catch (error) {
    announcer.complain('takeProbes threw: probing as if alone', error);
  }
  return wanted;
}
