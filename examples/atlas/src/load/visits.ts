import type { Random } from '@xc/core';
import type { Place } from '../data/place.ts';
import { arrivals } from './arrivals.ts';

export type VisitKind = 'city' | 'near' | 'search' | 'trip';

/** One request of the load: what is asked, and when. */
export interface Visit {
  readonly kind: VisitKind;
  /** Milliseconds from the start of the load. */
  readonly atMs: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** Of a trip: the visitor chooses the id, so that asking twice does not book twice. */
  readonly tripId?: string;
  /** Who asks, where visitors are told apart. */
  readonly visitor?: { readonly name: string; readonly address: string };
}

export interface Traffic {
  readonly perSecond: number;
  readonly lengthMs: number;
  /** In how many of a thousand requests each kind is asked for; the rest are city pages. */
  readonly perMille?: Readonly<Record<Exclude<VisitKind, 'city'>, number>>;
  /** Goes into the ids of the trips, so that two loads on one database do not meet. */
  readonly name: string;
}

const usualMix = { near: 90, search: 160, trip: 25 };

/** The traffic of a city guide, the same for the same seed. */
export function* visits(audience: readonly Place[], traffic: Traffic, random: Random): Generator<Visit> {
  const { perSecond, lengthMs, perMille = usualMix, name } = traffic;
  let trips = 0;
  for (const atMs of arrivals(perSecond, lengthMs, random)) {
    const place = audience[Math.floor(random.next() * audience.length)] as Place;
    const roll = random.next() * 1_000;
    if (roll < perMille.near) {
      yield { kind: 'near', atMs, method: 'GET', path: `/near?lat=${place.lat}&lon=${place.lon}` };
    } else if (roll < perMille.near + perMille.search) {
      yield { kind: 'search', atMs, method: 'GET', path: `/search?q=${encodeURIComponent(beginning(place.name))}` };
    } else if (roll < perMille.near + perMille.search + perMille.trip) {
      trips += 1;
      const tripId = `${name}-${trips}`;
      const body = JSON.stringify({ id: tripId, place: place.id, email: `${tripId}@example.com` });
      yield { kind: 'trip', atMs, method: 'POST', path: '/trips', body, tripId };
    } else {
      yield { kind: 'city', atMs, method: 'GET', path: `/cities/${place.id}` };
    }
  }
}

/** Every regular visitor opens the guide once, quickly: no service begins its day with the load. */
export function* opening(audience: readonly Place[]): Generator<Visit> {
  for (const [index, place] of audience.entries()) {
    yield { kind: 'city', atMs: index * 5, method: 'GET', path: `/cities/${place.id}` };
  }
}

/** What somebody has typed when the list of suggestions is asked for. */
function beginning(name: string): string {
  return [...name].slice(0, 5).join('');
}
