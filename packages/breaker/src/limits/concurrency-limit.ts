/** Learns from round-trip times how many calls may run at a time. */
export interface ConcurrencyLimit {
  /** The limit rounded down, never below 1. */
  readonly current: number;
  /**
   * Tells how a call went.
   *
   * @param rttMs - How long it took, without the time it waited for its slot.
   * @param inFlight - How many ran when it began, itself included.
   * @param dropped - It timed out.
   */
  sample(rttMs: number, inFlight: number, dropped: boolean): void;
}

export function isConcurrencyLimit(value: unknown): value is ConcurrencyLimit {
  const limit = value as Partial<ConcurrencyLimit> | null | undefined;
  return typeof limit === 'object' && typeof limit?.current === 'number' && typeof limit.sample === 'function';
}
