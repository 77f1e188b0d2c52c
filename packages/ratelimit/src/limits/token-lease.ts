/** Lets a node take tokens of a hot key ahead and serve them from memory, instead of asking the store for each call. */
export interface TokenLease {
  /** Most tokens taken at once; never more than a tenth of the limit. */
  readonly maxTokens: number;
  /**
   * Milliseconds until unused tokens are given back.
   * @defaultValue 200
   */
  readonly holdMs?: number;
}
