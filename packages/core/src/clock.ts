/** Time as a dependency: whoever waits or measures takes a `Clock`, so that a test can own the time. */
export interface Clock {
  /** Epoch milliseconds. May jump. For timestamps that are stored or shown. */
  now(): number;
  /** Milliseconds from an arbitrary origin, never going back. For durations and deadlines. */
  monotonic(): number;
  /**
   * Resolves after `ms`; rejects at once with `signal.reason` on abort. Holds the process open: a script that waits for
   * a retry must not end.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fn` once after `ms`. The timer never holds the process open: a script that waits for it alone ends; `sleep` does hold it. */
  after(ms: number, fn: () => void): Timer;
  /** Calls `fn` every `ms`. The timer never holds the process open. */
  every(ms: number, fn: () => void): Timer;
}

/** A pending call of `Clock.after` or `Clock.every`. */
export interface Timer {
  /** Stops the timer; a second call does nothing. */
  cancel(): void;
}
