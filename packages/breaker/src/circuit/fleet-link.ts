/** What ties a breaker to the same breaker in other processes. */
export interface FleetLink {
  /** Asked when the wait is over: how many of `wanted` probes this process may send; 0 stays open. */
  takeProbes(wanted: number): number;
}
