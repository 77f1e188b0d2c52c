import type { Announcement } from './tier-call.ts';

/** Groups to give a new version: everything that is in one of them and older is invalid (or stale) from then on. */
export interface TierRaise {
  readonly ids: readonly string[];
  /** Lengths of the prefixes among them; the tier keeps the set of all lengths it was ever told of. */
  readonly lengths: readonly number[];
  /** The highest version that the caller has seen; the new one is above it, even where the tier has lost its own. */
  readonly above: bigint;
  /** Groups kept exactly; beyond it the oldest collapse into `floor`. */
  readonly maxLive: number;
  readonly announcement?: Announcement;
}

/**
 * What the tier knows of groups. A tier that has none yet, or has lost them all, begins anew when it is asked: `latest` and
 * `floor` are then the microseconds of its clock, so that whatever is older is invalid.
 */
export interface TierGroups {
  /** The highest version ever given. */
  readonly latest: bigint;
  /** Every group that is not kept exactly may have had this version: what is older is invalid. */
  readonly floor: bigint;
  readonly lengths: readonly number[];
  /** In the order asked; 0 where the group is not kept. */
  readonly versions: readonly bigint[];
}
