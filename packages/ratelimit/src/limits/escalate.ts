/** Blocks a key that keeps being rejected, longer each time. */
export interface Escalate {
  /** How many rejections it takes. */
  readonly after: number;
  /** Milliseconds, counted from the first of them, in which they must fall. */
  readonly withinMs: number;
  /** Milliseconds of the first block. */
  readonly blockMs: number;
  /**
   * Each further block is so many times as long as the one before.
   * @defaultValue 2
   */
  readonly factor?: number;
  /**
   * Milliseconds that no block is longer than.
   * @defaultValue 86_400_000
   */
  readonly maxBlockMs?: number;
  /**
   * Milliseconds after the end of a block until it is forgotten, and the next one is short again.
   * @defaultValue 86_400_000
   */
  readonly forgetMs?: number;
}
