/** What one call asks for besides its subject. */
export interface TakeOptions<Name extends string = string> {
  /**
   * Units, an integer of at least 0, for all limits or for each by name.
   * @defaultValue `cost` of the limit, else 1
   */
  readonly cost?: number | Readonly<Partial<Record<Name, number>>>;
  /**
   * Asks these limits alone.
   * @defaultValue all that apply
   */
  readonly only?: readonly Name[];
  /** Settles the call at once, with its reason, when it aborts. */
  readonly signal?: AbortSignal;
}

/** How long a call may stand in line. */
export interface WaitOptions<Name extends string = string> extends TakeOptions<Name> {
  /**
   * Milliseconds. A call that cannot be let through in time is answered with a rejected decision.
   * @defaultValue 30_000
   */
  readonly maxWaitMs?: number;
  /**
   * How many may wait for the same keys; one more is answered with a rejected decision.
   * @defaultValue 1_000
   */
  readonly maxQueued?: number;
}

/** How long units are held. */
export interface LeaseOptions<Name extends string = string> extends TakeOptions<Name> {
  /**
   * Milliseconds until the units are free again unless renewed.
   * @defaultValue `ttlMs` of the limit
   */
  readonly ttlMs?: number;
  /**
   * 'auto' renews every third of `ttlMs`.
   * @defaultValue 'auto'
   */
  readonly renew?: 'auto' | 'manual';
  /**
   * Milliseconds to wait in line for a free unit.
   * @defaultValue 0
   */
  readonly maxWaitMs?: number;
}

/** Where a key lives. */
export interface KeyOptions {
  /** What the limiter's `tag` gives for the subjects of this key. */
  readonly tag?: string;
}

/** Numbers of a running limit that may change; what is left out stays. */
export interface LimitChange {
  readonly limit?: number;
  readonly burst?: number;
  readonly mode?: 'enforce' | 'shadow';
  readonly softAt?: number;
}
