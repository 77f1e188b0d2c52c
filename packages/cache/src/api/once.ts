/** How often `once` may run, and for how long it remembers. */
export interface OnceOptions {
  /**
   * How long the result is remembered, in milliseconds.
   * @defaultValue 86_400_000
   */
  readonly ttlMs?: number;
  /**
   * How long after its last sign of life an owner counts as dead, in milliseconds; renewed while it runs.
   * @defaultValue 30_000
   */
  readonly leaseMs?: number;
  /**
   * How long others wait for the result, in milliseconds; 0 rejects at once.
   * @defaultValue 10_000
   */
  readonly waitMs?: number;
  /**
   * What the request was. Another one for the same key is refused.
   * @defaultValue none
   */
  readonly fingerprint?: string;
  /**
   * What a later caller does where the owner died.
   * @defaultValue 'rerun'
   */
  readonly onCrash?: 'rerun' | 'reject';
  /** Settles this call at once with its reason. */
  readonly signal?: AbortSignal;
}

/** What the function of `once` gets. */
export interface OnceContext {
  /** Aborts when the ownership is lost. */
  readonly signal: AbortSignal;
  /** 1 for the first run. */
  readonly attempt: number;
  /** Grows with every attempt: hand it to what you write to. */
  readonly fence: bigint;
}
