/** The right to run the function of a once-record. */
export interface OnceHold {
  readonly key: string;
  readonly owner: string;
  readonly leaseMs: number;
}

/** A call of `once`. */
export interface OnceAsk extends OnceHold {
  readonly fingerprint?: string;
  /** What to do where the owner's time is up and it left no result. */
  readonly onCrash: 'rerun' | 'reject';
  /** How long a record is kept while its function has not finished, in milliseconds. */
  readonly ttlMs: number;
}

/** A result to remember, `undefined` too. */
export interface OnceFinish extends Pick<OnceHold, 'key' | 'owner'> {
  readonly value: unknown;
  readonly ttlMs: number;
}

/** A record whose owner has no result for it. */
export interface OnceAbandon extends Pick<OnceHold, 'key' | 'owner'> {
  /**
   * `false`: its function was never called. Where the owner took the record over from one that died, it is left as it was then, with
   * the attempts that there were.
   * @defaultValue true
   */
  readonly ran?: boolean;
}

/**
 * Whether the owner was still the owner, and so the record is finished. `unencodable`: it is, without its result, which the codec
 * cannot carry.
 */
export type OnceFinished = boolean | { readonly state: 'unencodable'; readonly error: unknown };

/** How a once-record stands. A call without a fingerprint, or a record without one, is not compared. */
export type OnceRecord =
  /** The asker owns it now. The fence grows with every attempt. */
  | { readonly state: 'run'; readonly attempt: number; readonly fence: bigint }
  | { readonly state: 'done'; readonly value: unknown }
  /** It was run to its end, and its result could not be kept. */
  | { readonly state: 'lost' }
  | { readonly state: 'busy'; readonly leftMs: number }
  | { readonly state: 'mismatch' }
  | { readonly state: 'crashed' }
  /** No room for another record. */
  | { readonly state: 'full' };
