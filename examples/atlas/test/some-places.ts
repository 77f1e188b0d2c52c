import type { Place } from '../src/data/place.ts';

const germany = { country: 'DE', region: '16' };

/** Few enough to know them all: four of Berlin and around it, a namesake, one that nobody lives in, one far away. */
export const somePlaces: readonly Place[] = [
  { id: 1, name: 'Berlin', ...germany, population: 3_000_000, lat: 52.52437, lon: 13.41053 },
  { id: 2, name: 'Kreuzberg', ...germany, population: 150_000, lat: 52.49973, lon: 13.40338 },
  { id: 3, name: 'Potsdam', country: 'DE', region: '11', population: 140_000, lat: 52.39886, lon: 13.06566 },
  { id: 4, name: 'Bernau', country: 'DE', region: '11', population: 34_000, lat: 52.67982, lon: 13.58708 },
  { id: 5, name: 'Berlin', country: 'US', region: 'NH', population: 10_000, lat: 44.46867, lon: -71.18508 },
  { id: 6, name: 'Back\\slash\tand tab', country: 'XX', region: '', population: 0, lat: -89.5, lon: 179.5 },
  { id: 7, name: '100% Ghost_town', country: 'XX', region: '', population: 1, lat: -33.9, lon: 151.2 },
];
