import type { LaneQuota } from '../engine/step-request.ts';

/**
 * Deals what is asked of lanes out to shards, of which each is to give so many: together they are asked for exactly the quota of
 * each lane, and each lane is spread over the shards as evenly as can be.
 *
 * @param wants - How many jobs each shard is to give.
 * @param from - The place of the shard that is dealt to first.
 */
export function lanesOverShards(
  lanes: readonly LaneQuota[],
  wants: readonly number[],
  from: number,
): readonly (readonly LaneQuota[])[] {
  const { length } = wants;
  const left = [...wants];
  const dealt = wants.map(() => lanes.map(({ lane }) => ({ lane, quota: 0, ahead: 0 })));
  let open = left.reduce((sum, want) => sum + want, 0);
  let at = from % length;
  for (const [place, { quota, ahead }] of lanes.entries()) {
    for (let due = Math.min(quota, open); due > 0; due -= 1) {
      while (left[at] === 0) at = (at + 1) % length;
      left[at] = (left[at] as number) - 1;
      (dealt[at]?.[place] as { quota: number }).quota += 1;
      at = (at + 1) % length;
      open -= 1;
    }
    for (const [shard, own] of dealt.entries()) {
      (own[place] as { ahead: number }).ahead = Math.floor((ahead + ((shard + from + place) % length)) / length);
    }
  }
  return dealt;
}
