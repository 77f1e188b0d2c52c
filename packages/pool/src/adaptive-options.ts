/** How the limit of a pool follows its load (Little's law). */
export interface AdaptiveOptions {
  /**
   * The limit is `ceil(arrivals per second * mean usage in seconds * headroom)`.
   * @defaultValue 1.5
   */
  readonly headroom?: number;
  /**
   * How often the limit is looked at.
   * @defaultValue 5_000
   */
  readonly everyMs?: number;
  /**
   * A 95th percentile of the wait above this grows the limit by a quarter, at least by 1.
   * @defaultValue 10
   */
  readonly waitTargetMs?: number;
  /**
   * How much the limit shrinks in one interval.
   * @defaultValue 1
   */
  readonly downStep?: number;
  /**
   * No shrinking this long after growing, no growing this long after growing did not help.
   * @defaultValue 30_000
   */
  readonly cooldownMs?: number;
}
