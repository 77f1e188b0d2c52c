/** Options of every call that waits for the engine. */
export interface Call {
  /** Gives up when aborted, with its reason; what was sent may have happened. */
  readonly signal?: AbortSignal | undefined;
}
