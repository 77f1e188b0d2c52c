/** How a cache is warmed. */
export interface WarmOptions {
  /**
   * Calls of the loader that run at once.
   * @defaultValue 8
   */
  readonly concurrency?: number;
  /** Called after each key. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What warming did. */
export interface WarmReport {
  readonly loaded: number;
  /** Were there already. */
  readonly fresh: number;
  readonly failed: number;
  /** The first 10. */
  readonly errors: readonly unknown[];
}
