import type { TierCall } from '../tier/tier-call.ts';
import type { TierGroups, TierRaise } from '../tier/tier-groups.ts';
import type { Place } from './place.ts';
import { groupsScript, type RawGroups, raiseScript } from './scripts.ts';

/** Gives groups a new version, in one round trip. */
export async function raiseGroups(place: Place, raise: TierRaise, call: TierCall): Promise<TierGroups> {
  const { ids, lengths, maxLive, above, announcement } = raise;
  const { channel, head } = announcement ?? { channel: '', head: '' };
  const args = [maxLive, lengths.join(','), String(above), channel, head, ...ids];
  const known = groupsIn(place, await place.scripts.one(raiseScript, [place.layout.groups], args, call));
  return { ...known, versions: ids.map(() => known.latest) };
}

/** The versions of groups as they stand. */
export async function readGroups(place: Place, ids: readonly string[], call: TierCall): Promise<TierGroups> {
  const raw = await place.scripts.one(groupsScript, [place.layout.groups], ids, call);
  return { ...groupsIn(place, raw), versions: raw.slice(3).map(BigInt) };
}

/** What is known of all groups. */
export function groupsIn(place: Place, [latest, floor, lengths]: RawGroups): Omit<TierGroups, 'versions'> {
  place.latest.seen = BigInt(latest ?? 0);
  return {
    latest: place.latest.seen,
    floor: BigInt(floor ?? 0),
    lengths: lengths === undefined || lengths === '' ? [] : lengths.split(',').map(Number),
  };
}
