import type { Random } from '@xc/core';

/** Without a message a waiter looks so often, in ms; the first look is spread, so that processes do not look together. */
export const POLL_MS = { least: 50, most: 250 } as const;
/** Those who got in each other's way try again after a while of their own, in ms. */
const CONTENDED_MS = { least: 10, most: 60 } as const;

/** How long to the next look, in ms. Spread over all of the range the later ones would be more than four a second. */
export function pollPause(random: Random, contended: boolean, isFirst: boolean): number {
  const { least, most } = contended ? CONTENDED_MS : POLL_MS;
  return contended || isFirst ? least + (most - least) * random.next() : most;
}
