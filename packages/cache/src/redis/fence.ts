import type { Clock } from '@xc/core';

/** What a read hands out for `fill`: the fence as it stands in Redis, and since when the load may be under way. */
export function fenceFrom(stored: string, clock: Clock): string {
  return `${stored}@${clock.monotonic()}`;
}

/** The fence as it stands in Redis. */
export function storedFence(fence: string): string {
  return fence.slice(0, fence.indexOf('@'));
}

/** How long ago the fence was handed out, in ms. Others may have kept it standing for longer than the load may take. */
export function ageOfFence(fence: string, clock: Clock): number {
  return clock.monotonic() - Number(fence.slice(fence.indexOf('@') + 1));
}
