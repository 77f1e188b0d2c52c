import type { StoredEntry } from './tier-entry.ts';
import type { TierGroups } from './tier-groups.ts';

/** One key to read. */
export interface TierRead {
  readonly key: string;
  /** The version that the reader has a copy of: where it still stands the answer is `same` and the value does not travel. */
  readonly known?: bigint;
  /**
   * When the read leaves a fence, in the same atomic step: never, when it finds nothing fresh, or always. What is damaged is
   * nothing: without a fence it would be loaded at every call for as long as it is kept. A fence that stands already is shared
   * and lives anew.
   */
  readonly fence: 'none' | 'miss' | 'always';
  /**
   * Where a fence would be left, the right to load is asked for as well. While another owner holds it no fence is given; once
   * its time is up the fence is a new one, so that a late owner's fill is refused.
   */
  readonly lease?: { readonly owner: string; readonly ms: number };
}

/** A lease that a read gave, to be prolonged. */
export interface TierHold {
  readonly key: string;
  readonly owner: string;
  /** From now, in milliseconds. It ends no earlier than before, and with its fence at the latest. */
  readonly leaseMs: number;
}

/** The right to load, as a read gives it or does not. */
export interface TierRight {
  /** To be handed to `fill`. */
  readonly fence?: string;
  /** Another owner holds the lease for that long. */
  readonly heldMs?: number;
  /** The lease was had by another, whose time was up. */
  readonly tookOver?: boolean;
}

/** What a read found, stale values included. */
export type TierFound =
  | ({ readonly state: 'hit'; readonly entry: StoredEntry } & TierRight)
  | ({ readonly state: 'same'; readonly ttlLeftMs: number; readonly lifeLeftMs: number } & TierRight)
  /** `corrupt`: there was something, and it was none of ours or damaged. */
  | ({ readonly state: 'miss'; readonly corrupt?: boolean } & TierRight)
  | { readonly state: 'failed'; readonly error: unknown };

/** The answers of one read. */
export interface TierReads {
  readonly found: readonly TierFound[];
  /** Where `latest` was asked for and could be read: as of not later than the values. */
  readonly groups?: Pick<TierGroups, 'latest' | 'floor' | 'lengths'>;
}
