/** What rate-limiter-flexible resolves to, and rejects with when a call is refused. */
export interface FlexibleResult {
  readonly remainingPoints: number;
  /** Milliseconds until all points are there again; of a refused call until it is let through. */
  readonly msBeforeNext: number;
  readonly consumedPoints: number;
  readonly isFirstInDuration: boolean;
}

/** The calls of rate-limiter-flexible. */
export interface FlexibleLimiter {
  /**
   * Consumes points.
   * @throws {@link FlexibleResult} when there are not enough: nothing is consumed then.
   */
  consume(key: string | number, points?: number): Promise<FlexibleResult>;
  /** How a key stands; null when nothing is consumed. */
  get(key: string | number): Promise<FlexibleResult | null>;
  /** Consumes points whatever is left, up to one more capacity. */
  penalty(key: string | number, points?: number): Promise<FlexibleResult>;
  /** Gives back points that this process has consumed for the key in the current window, of each `consume` once. */
  reward(key: string | number, points?: number): Promise<FlexibleResult>;
  /** Refuses a key for some seconds; 0 for ten years. */
  block(key: string | number, secDuration: number): Promise<FlexibleResult>;
  /** Forgets a key; true when there was something to forget. */
  delete(key: string | number): Promise<boolean>;
}
