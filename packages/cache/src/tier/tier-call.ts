/** How long an operation of a tier may take. */
export interface TierCall {
  /** In milliseconds: the promise settles by then, whatever happens. */
  readonly deadlineMs: number;
  /** Settles the promise at once with its reason. */
  readonly signal?: AbortSignal;
}

/**
 * A message that a tier publishes in the same atomic step as its write: the bytes of `head`, followed by the new version in
 * decimal digits.
 */
export interface Announcement {
  readonly channel: string;
  readonly head: string;
}
