/** How many outcomes there were, and how many of them failed, were slow, or both. */
export interface Tally {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
  readonly slowFailures: number;
  /** The most outcomes it ever holds. */
  readonly capacity: number;
}

/** The share of failures; `undefined` below the minimum, or below what the tally can hold where that is less. */
export function failureRateOf(tally: Tally, minimumCalls: number): number | undefined {
  return isEnough(tally, minimumCalls) ? tally.failures / tally.calls : undefined;
}

/** The share of slow calls; `undefined` where `failureRateOf` is. */
export function slowRateOf(tally: Tally, minimumCalls: number): number | undefined {
  return isEnough(tally, minimumCalls) ? tally.slow / tally.calls : undefined;
}

/** Are there outcomes enough to decide by? */
export function isEnough(tally: Tally, minimumCalls: number): boolean {
  return tally.calls >= minimumCalls || tally.calls >= tally.capacity;
}
