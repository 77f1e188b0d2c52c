import type { Random } from '@xc/core';
import type { Place } from '../data/place.ts';

/** Picks places with probability by population. */
export function byPopulation(places: readonly Place[]): (random: Random) => Place {
  const upTo = new Float64Array(places.length);
  let people = 0;
  for (const [index, place] of places.entries()) {
    people += place.population;
    upTo[index] = people;
  }
  if (people === 0) throw new RangeError('nobody lives in these places');
  return (random) => places[firstAbove(upTo, random.next() * people)] as Place;
}

/**
 * The regular visitors of the guide: each lives in a place drawn by population, and comes back to ask about it. So
 * requests follow the population of the world and still repeat, as the requests of a real site do.
 */
export function audience(places: readonly Place[], visitors: number, random: Random): readonly Place[] {
  const draw = byPopulation(places);
  return Array.from({ length: visitors }, () => draw(random));
}

/** Index of the first sum above `point`: a place where nobody lives is never hit. */
function firstAbove(sums: Float64Array, point: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) > point) high = middle;
    else low = middle + 1;
  }
  return low;
}
