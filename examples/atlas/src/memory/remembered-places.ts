import type { NearbyPlace, Place } from '../data/place.ts';
import type { Point } from '../database/place-store.ts';
import { BoundedMap } from './bounded-map.ts';

const ANSWER_LENGTH = 10;

/**
 * The places this process has seen, as they were when it saw them. Good enough for an answer while the database is away:
 * a list may lack small places that nobody asked about.
 */
export class RememberedPlaces {
  readonly #places: BoundedMap<number, Place>;

  constructor(capacity: number) {
    this.#places = new BoundedMap(capacity);
  }

  get size(): number {
    return this.#places.size;
  }

  remember(places: Iterable<Place>): void {
    for (const { id, name, country, region, population, lat, lon } of places) {
      this.#places.set(id, { id, name, country, region, population, lat, lon });
    }
  }

  place(id: number): Place | undefined {
    return this.#places.get(id);
  }

  /** The ten nearest of the remembered places. */
  near(point: Point): readonly NearbyPlace[] {
    return best(this.#places.values(), (place) => -kilometres(point, place)).map((place) => ({
      ...place,
      km: kilometres(point, place),
    }));
  }

  /** The ten largest of the remembered places whose name begins so. */
  search(beginning: string): readonly Place[] {
    const wanted = beginning.toLowerCase();
    const found: Place[] = [];
    for (const place of this.#places.values()) {
      if (place.name.toLowerCase().startsWith(wanted)) found.push(place);
    }
    return best(found, (place) => place.population);
  }
}

/** The ten items with the highest score, best first, without sorting the thousands that lose. */
function best<T>(items: Iterable<T>, score: (item: T) => number): T[] {
  const winners: { item: T; score: number }[] = [];
  for (const item of items) {
    const candidate = { item, score: score(item) };
    const last = winners[ANSWER_LENGTH - 1];
    if (last !== undefined && last.score >= candidate.score) continue;
    const rank = winners.findIndex((winner) => winner.score < candidate.score);
    winners.splice(rank < 0 ? winners.length : rank, 0, candidate);
    winners.length = Math.min(winners.length, ANSWER_LENGTH);
  }
  return winners.map(({ item }) => item);
}

/** Haversine, as the database measures it. */
function kilometres(from: Point, to: Point): number {
  const radians = Math.PI / 180;
  const height = Math.sin(((to.lat - from.lat) * radians) / 2) ** 2;
  const width = Math.sin(((to.lon - from.lon) * radians) / 2) ** 2;
  return 6371 * 2 * Math.asin(Math.sqrt(height + Math.cos(from.lat * radians) * Math.cos(to.lat * radians) * width));
}
