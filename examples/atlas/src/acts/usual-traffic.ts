import type { Traffic } from '../load/visits.ts';

/** What comes to the guide on any day, so that the acts can be compared. */
export function usualTraffic(name: string, lengthMs: number): Traffic {
  return { name, lengthMs, perSecond: 40 };
}
